// A step of a case: what is left of its time, its legal source, and doing it.
import { shown } from "/console/case_file.mjs";
import { html } from "/console/html.mjs";
import { level, leftText, stepName } from "/console/due.mjs";
import { live } from "/console/live.mjs";
import { t, word } from "/console/text.mjs";
import { whenText } from "/console/time.mjs";

const text = (name, max, more = {}) => ({ name, max, kind: "text", ...more });
const CALL = [text("who", 200), text("rank", 200), text("number", 30),
  { name: "called_at", kind: "instant" }, text("paper", 100)];
// What a kind of step asks for besides when it was done and a remark; kinds
// that are not here are done with papers, by other means than this page.
const KINDS = {
  record: [{ name: "verified", kind: "choice", words: ["yes", "no"] }],
  visit: [
    { name: "place", kind: "choice", required: true,
      words: ["home", "school", "shelter", "office", "phone", "other"] },
    { name: "child_seen", kind: "check" },
    text("findings", 20000, { kind: "long" })],
  file: [text("reference", 100, { required: true })],
  confirm: CALL.map((f) => ({ ...f, group: "call" })),
  connect: CALL.map((f) => ({ ...f, group: "call" })),
  transfer: CALL.map((f) => ({ ...f, group: "call" })),
};

export const canDo = (clock) => clock.kind in KINDS;

function source(clock) {
  const step = live.steps[clock.step];
  if (step === undefined)
    return null;
  return html`<p class="help">${t("source", { source: step.source,
    basis: word("basis", step.basis) })}${step.form
    ? ` · ${t("form", { form: step.form.replace("M", "Mẫu ") })}` : ""}</p>`;
}

function time(k) {
  if (k.state === "open")
    return html`<p>${level(k)} <span class="left">${leftText(k.due_at)}</span></p>
      <p class="help">${t("due_at", { when: whenText(k.due_at) })}</p>`;
  return html`<p>${t(`step.${k.state}`, { when: whenText(k.ended_at) })}</p>`;
}

// A step that a form ends is done on the screen of the form.
function formLink(k) {
  const n = /^M0([1-7])$/.exec(live.steps[k.step]?.form ?? "")?.[1];
  if (n === undefined || k.state !== "open" || canDo(k))
    return null;
  return html`<p><a class="tap" href=${`#/case/${shown.code}/form/${n}`}>${
    t("form.write_of", { form: t(`form.name${n}`) })}</a></p>`;
}

// begin: what its button does; none if there is nothing to press.
export const clockRow = (k, begin) => html`
  <h3>${stepName(k.step)}</h3>
  ${time(k)}
  ${k.lapsed_at && html`<p class="level late">${t("step.lapsed",
    { when: whenText(k.lapsed_at) })}</p>`}
  ${source(k)}
  ${formLink(k)}
  ${begin && canDo(k) && html`<p><button type="button" onClick=${begin}
    aria-label=${t("step.do_of", { step: stepName(k.step) })}>${
    t("step.do")}</button></p>`}`;

function input(f, id) {
  if (f.kind === "choice")
    return html`<select id=${id} name=${f.name} required=${f.required}>
      <option value="">${t("choose")}</option>
      ${f.words.map((w) => html`<option value=${w}>${
        word(`field.${f.name}`, w)}</option>`)}</select>`;
  if (f.kind === "long")
    return html`<textarea id=${id} name=${f.name} maxlength=${f.max}></textarea>`;
  if (f.kind === "instant")
    return html`<input id=${id} name=${f.name} type="datetime-local" />`;
  return html`<input id=${id} name=${f.name} maxlength=${f.max}
    required=${f.required} />`;
}

function field(f) {
  const id = `step-${f.name}`;
  if (f.kind === "check")
    return html`<label class="check" for=${id}><input id=${id} name=${f.name}
      type="checkbox" />${word("field", f.name)}</label>`;
  return html`<label for=${id}>${word("field", f.name)}</label>${input(f, id)}`;
}

// As the daemon reads an instant: this country's time.
const instant = (value) => `${value}:00+07:00`;

function value(f, element) {
  if (f.kind === "check")
    return element.checked;
  if (element.value.trim() === "")
    return undefined;
  return f.kind === "instant" ? instant(element.value) : element.value.trim();
}

function bodyOf(form, fields) {
  const body = { acted_at: instant(form.elements.acted_at.value) };
  for (const f of [...fields, text("note", 4000)]) {
    const given = value(f, form.elements[f.name]);
    if (given === undefined)
      continue;
    const into = f.group === undefined ? body : body[f.group] ??= {};
    into[f.name] = given;
  }
  return body;
}

function submit(event, fields, send) {
  event.preventDefault();
  send(bodyOf(event.target, fields));
}

// how: {startAt, isBusy, stop(), send(body)}
export function stepForm(k, how) {
  const fields = KINDS[k.kind];
  return html`<form class="step" onSubmit=${(e) => submit(e, fields, how.send)}>
    <label for="step-acted_at">${t("field.acted_at")}</label>
    <input id="step-acted_at" name="acted_at" type="datetime-local" required
      defaultValue=${how.startAt} />
    ${fields.some((f) => f.group === "call") && html`<p class="help">${
      t("call.help")}</p>`}
    ${fields.map(field)}
    ${field(text("note", 4000, { kind: "long" }))}
    <p class="row"><button type="submit" disabled=${how.isBusy}>${
      t("step.record")}</button>
      <button type="button" class="plain" onClick=${how.stop}>${
        t("cancel")}</button></p>
  </form>`;
}
