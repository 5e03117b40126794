// What is written down of a case by other ways than doing a step: one row an
// act, as handlers/http_case_*.c read them.
import { call } from "./api.mjs";
import { change, path, shown } from "./case_file.mjs";
import { CALL, KINDS, RISKS } from "./case_kinds.mjs";
import { stepName } from "./due.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { live } from "./live.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { t } from "./text.mjs";
import { dateTimeInput, heardAt } from "./time.mjs";

const actedAt = () => ({ name: "acted_at", kind: "instant", required: true,
  value: dateTimeInput(new Date(heardAt()).toISOString()) });
const choice = (name, words, more = {}) =>
  ({ name, kind: "choice", words, ...more });
const long = (name, more = {}) => ({ name, kind: "long", max: 4000, ...more });

const openSteps = () => [...new Set(shown.summary.clocks
  .filter((k) => k.state === "open").map((k) => k.step))]
  .map((step) => [step, stepName(step)]);

// At any time, of the whole case.
const ACTS = [
  { act: "risk", fields: () => [actedAt(),
    choice("risk", RISKS, { family: "risk", required: true }),
    long("reason", { required: true })] },
  { act: "whereabouts", fields: () => [actedAt(),
    choice("area", ["here", "outside"]), choice("contact", ["kept", "lost"]),
    choice("residence", ["here", "elsewhere"]), long("note")] },
  { act: "escalate", who: DECIDERS, fields: () => [
    choice("step", openSteps(), { label: "act.escalate.step" }),
    long("reason", { required: true, max: 500 })] },
];

// How the will of who decides reaches a step, if not by their own login.
const WAYS = [
  { act: "oral", isFor: (step) => step.takes_oral, fields: [
    { name: "ordered_by", required: true, max: 32, help: "oral.by_help" },
    { name: "witness", required: true, max: 200, help: "oral.witness_help" }] },
  { act: "outside", isFor: () => true, fields: [
    { ...CALL, prefix: "call" }] },
];

const send = (draw, act, at) => (body) => change(draw, t(`act.${act}.done`),
  () => call("POST", path(at), body,
    { "If-Match": `"${shown.summary.version}"` }));

// of: the step it is about, if it is about one.
const part = (draw, { act, of }, prefix, at, fields) => html`
  <details><summary class="tap" aria-label=${
    of && `${t(`act.${act}`)}: ${of}`}>${t(`act.${act}`)}</summary>
    <p class="help">${t(`act.${act}.help`)}</p>
    ${sheet({ prefix, fields, isBusy: shown.isBusy, button: t(`act.${act}.do`),
      send: send(draw, act, at) })}</details>`;

export const caseActs = (draw) => shown.summary.state === "open" && html`
  <section aria-labelledby="acts"><h2 id="acts">${t("act")}</h2>
    ${ACTS.filter(({ who }) => !who || hasRole(who)).map(({ act, fields }) =>
      part(draw, { act }, act, `/${act}`, fields()))}</section>`;

// Under an open step that needs an approval.
export function ways(k, draw) {
  const step = live.steps[k.step];
  return step?.needs_approval && WAYS.filter((w) => w.isFor(step)).map((w) =>
    part(draw, { ...w, of: stepName(k.step) }, `${w.act}-${k.step}`,
      `/steps/${k.step}/${w.act}`,
      [actedAt(), ...w.fields, ...KINDS[k.kind]]));
}
