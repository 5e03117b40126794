// A step of a case: what is left of its time, its legal source, and doing it.
import { shown } from "./case_file.mjs";
import { ANSWERS, SCREEN, doneFields } from "./case_kinds.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { level, leftText, stepName } from "./due.mjs";
import { live } from "./live.mjs";
import { t, word } from "./text.mjs";
import { heardAt, whenText } from "./time.mjs";

const stepOf = (k) => live.steps[k.step];
const fieldsOf = (k) => doneFields(k, stepOf(k), shown.documents ?? []);
// Its paper is written down; the rest was decided before.
export const isIssued = (k) => fieldsOf(k)?.[0]?.name === "paper";

export const canDo = (k) => k.kind in ANSWERS || fieldsOf(k) !== undefined;

// Where it is written down that it was done, or what was answered.
export const doneAt = (k) => k.kind in ANSWERS ? `/referrals/${k.item}/answer`
  : `/steps/${k.step}/done`;

function source(clock) {
  const step = stepOf(clock);
  if (step === undefined)
    return null;
  return html`<p class="help">${t("source", { source: step.source,
    basis: word("basis", step.basis) })}${step.form
    ? ` · ${t("form", { form: step.form.replace("M", "Mẫu ") })}` : ""}</p>`;
}

function time(k) {
  if (k.state === "open")
    return html`<p>${level(k)} <span class="left">${leftText(k)}</span></p>
      <p class="help">${t("due_at", { when: whenText(k.due_at) })}</p>`;
  return html`<p>${t(`step.${k.state}`, { when: whenText(k.ended_at) })}</p>`;
}

// Many a step is done on the screen of its form, or begins there.
function formLink(k) {
  const n = SCREEN.exec(stepOf(k)?.form ?? "")?.[1];
  if (n === undefined || k.state !== "open")
    return null;
  return html`<p><a class="tap" href=${`#/case/${shown.code}/form/${n}`}>${
    t("form.write_of", { form: t(`form.name${n}`) })}</a></p>`;
}

function begins(k, begin) {
  const how = isIssued(k) ? "issue" : "do";
  return html`${stepOf(k)?.needs_approval && html`<p class="help">${
    t("step.approval")}</p>`}
    <p><button type="button" onClick=${begin} aria-label=${
      t(`step.${how}_of`, { step: stepName(k.step) })}>${
      t(`step.${how}`)}</button></p>`;
}

// begin: what its button does; none if there is nothing to press.
export const clockRow = (k, begin) => html`
  <h3>${stepName(k.step)}</h3>
  ${k.kind === "activity" && html`<p>${
    t("step.item", { n: k.item })}</p>`}
  ${time(k)}
  ${k.lapsed_at && html`<p class="level late">${t("step.lapsed",
    { when: whenText(k.lapsed_at) })}</p>`}
  ${source(k)}
  ${formLink(k)}
  ${begin && canDo(k) && begins(k, begin)}`;

// An activity that nobody carries out any more, and why.  how: {isBusy, send(body)}
export const cancelForm = (k, how) => html`<details><summary class="tap">${
  t("activity.cancel")}</summary>
  ${sheet({ ...how, prefix: `cancel-${k.item}`, button: t("activity.do"),
    fields: [{ name: "reason", kind: "long", max: 4000, required: true }],
    send: ({ reason }) => how.send({ cancel: true, reason,
      acted_at: new Date(heardAt()).toISOString() }) })}</details>`;

// how: {startAt, isBusy, stop(), send(body)}
export const stepForm = (k, how) => k.kind in ANSWERS ? answerForm(k, how)
  : doneForm(k, how);

const answerForm = (k, how) => sheet({ ...how, prefix: "step",
  button: t("step.record"), fields: ANSWERS[k.kind].fields,
  send: (body) => how.send({ ...ANSWERS[k.kind].always, ...body }) });

const doneForm = (k, how) => sheet({ ...how, prefix: "step",
  button: t("step.record"),
  fields: [{ name: "acted_at", kind: "instant", required: true,
    value: how.startAt }, ...fieldsOf(k),
  { name: "note", kind: "long", max: 4000 }],
  send: (body) => how.send(k.kind === "activity"
    ? { ...body, item: Number(k.item) } : body) });
