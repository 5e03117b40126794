// The end of a case: what is missing for it and what to do about each, then
// closing it; and opening one again that was closed.
import { call } from "./api.mjs";
import { change, loadGate, path, shown } from "./case_file.mjs";
import { REASONS } from "./case_kinds.mjs";
import { canDo } from "./case_step.mjs";
import { sheet } from "./fields.mjs";
import { stepName } from "./due.mjs";
import { html } from "./html.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { t, word } from "./text.mjs";
import { dateTimeInput, heardAt } from "./time.mjs";

const actedAt = () => ({ name: "acted_at", kind: "instant", required: true,
  value: dateTimeInput(new Date(heardAt()).toISOString()) });

const send = (draw, what, body, done) => change(draw, done, () =>
  call("POST", path(`/${what}`), body,
    { "If-Match": `"${shown.summary.version}"` }));

// A duty of the procedure that we have no words for tells its own name.
const nameOf = (u) => u.id === "urgent" ? stepName(u.step)
  : [word("gate", u.id)].map((own) => own === u.id ? u.name : own)[0];

function adviceOf(u) {
  const own = word("gate.do", u.id);
  if (own !== u.id)
    return own;
  return u.step === undefined ? t("gate.decide")
    : t("gate.step", { step: stepName(u.step) });
}

const doable = (u) => shown.summary.clocks.find((k) => k.state === "open" &&
  k.step === u.step && canDo(k));

function missing(u, begin) {
  const k = doable(u);
  return html`<li class="card" key=${`${u.id} ${u.step ?? ""}`}>
    <h3>${nameOf(u)}</h3>
    <p>${adviceOf(u)}</p>
    <p class="help">${t("gate.source", { source: u.source })}</p>
    ${k && html`<p><button type="button" class="plain" onClick=${() => begin(k)}
      aria-label=${t("gate.go_of", { step: stepName(k.step) })}>${
      t("gate.go")}</button></p>`}</li>`;
}

const unmet = (begin) => html`
  <p class="level soon">${t("gate.unmet", { n: shown.gate.unmet.length })}</p>
  <ul class="cards">${shown.gate.unmet.map((u) => missing(u, begin))}</ul>`;

const closing = (draw) => hasRole(DECIDERS)
  ? sheet({ prefix: "close", isBusy: shown.isBusy, button: t("close.do"),
    fields: [actedAt(), { name: "reason", kind: "choice", required: true,
      words: REASONS, family: "close_reason", label: "close_reason" },
    { name: "note", kind: "long", max: 4000 }],
    send: (body) => send(draw, "close", body, t("close.done")) })
  : html`<p>${t("close.who")}</p>`;

const gate = (draw, begin) => html`
  ${shown.gate.is_clear ? html`<p class="level calm">${t("gate.clear")}</p>
    ${closing(draw)}` : unmet(begin)}`;

const reopening = (draw) => html`<p>${t("close.over")}</p>
  ${hasRole(DECIDERS) && html`<details><summary class="tap">${
    t("reopen")}</summary>
    ${sheet({ prefix: "reopen", isBusy: shown.isBusy, button: t("reopen.do"),
      fields: [actedAt(), { name: "reason", kind: "long", required: true,
        max: 4000 }],
      send: (body) => send(draw, "reopen", body, t("reopen.done")) })}
    </details>`}`;

// begin(clock): what opens the form of a step.
export const caseEnd = (draw, begin) => shown.summary.state !== "merged" && html`
  <section aria-labelledby="end"><h2 id="end">${t("end")}</h2>
    ${shown.summary.state === "closed" ? reopening(draw) : html`
      <p class="help">${t("end.help")}</p>
      <p><button type="button" class="plain" disabled=${shown.isBusy}
        onClick=${() => change(draw, t("gate.read"), loadGate)}>${
        t("gate.look")}</button></p>
      ${shown.gate !== null && gate(draw, begin)}`}
  </section>`;
