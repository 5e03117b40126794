// A form of a case as a screen: #/case/CODE/form/1 to 7.
import { html } from "./html.mjs";
import { numberText } from "./forms.mjs";
import { file, insist, keep, keepNow, leaveSheet, onSheet, openSheet, openSteps, reload,
  sheet, write } from "./form_file.mjs";
import { stepName } from "./due.mjs";
import { language, t, word } from "./text.mjs";
import { dateTimeInput, now, whenText } from "./time.mjs";

const own = { step: null, actedAt: "" };

// On the screen both languages where they differ: what the paper says is law.
function labelOf(f) {
  const [vi, en] = f.label;
  return language === "vi" ? vi : html`${en}${" "}
    <span class="help" lang="vi">${vi}</span>`;
}

export const wordOf = (f, code) => {
  const family = f.family ?? (f.mark ? "mark" : `form.${f.name}`);
  return word(family, code);
};

const titleOf = (s) => s.title[language === "vi" ? 0 : 1];

function input(f, id) {
  const text = sheet.text[id] ?? "";
  const more = { id, name: id, value: text, required: f.required,
    "aria-describedby": f.help ? `${id}-help` : undefined,
    onInput: (e) => write(id, e.target.value) };
  if (f.kind === "long")
    return html`<textarea ...${more} maxlength=${f.max}></textarea>`;
  if (f.kind === "choice")
    return html`<select ...${more} onInput=${null} onChange=${(e) =>
      write(id, e.target.value)}><option value="">${t("choose")}</option>
      ${f.words.map((w) => html`<option value=${w}>${wordOf(f, w)}</option>`)}
    </select>`;
  if (f.kind === "date")
    return html`<input ...${more} type="date" />`;
  if (f.kind === "instant")
    return html`<input ...${more} type="datetime-local"
      value=${dateTimeInput(text)}
      onInput=${(e) => write(id, `${e.target.value}:00+07:00`)} />`;
  return html`<input ...${more} maxlength=${f.max}
    inputmode=${f.number ? "numeric" : undefined}
    pattern=${f.number ? "[0-9]+" : undefined} />`;
}

function field(f, id = f.name) {
  if (f.kind === "rows")
    return rows(f);
  if (f.kind === "check")
    return html`<label class="check" for=${id}><input id=${id} name=${id}
      type="checkbox" checked=${sheet.text[id] === "yes"} onChange=${(e) =>
      write(id, e.target.checked ? "yes" : "")} />${labelOf(f)}</label>`;
  return html`<label for=${id}>${labelOf(f)}${f.required &&
    html`<span class="help"> (${t("required")})</span>`}</label>
    ${f.help && html`<p class="help" id=${`${id}-help`}>${
      f.help[language === "vi" ? 0 : 1]}</p>`}
    ${input(f, id)}`;
}

function addRow() {
  sheet.rows += 1;
  write(`activities.${sheet.rows}.what`, "");
}

// The rows after the one that goes move up.
function dropRow(f, n) {
  for (let i = n; i <= sheet.rows; i++)
    for (const c of f.fields) {
      const next = sheet.text[`${f.name}.${i + 1}.${c.name}`];
      if (next === undefined)
        delete sheet.text[`${f.name}.${i}.${c.name}`];
      else
        sheet.text[`${f.name}.${i}.${c.name}`] = next;
    }
  sheet.rows -= 1;
  write(`${f.name}.1.what`, sheet.text[`${f.name}.1.what`] ?? "");
}

const rows = (f) => html`
  ${Array.from({ length: sheet.rows }, (_, i) => i + 1).map((n) => html`
    <fieldset class="sheet" key=${n}><legend>${labelOf(f)} ${n}</legend>
      ${f.fields.map((c) => field(c, `${f.name}.${n}.${c.name}`))}
      ${sheet.rows > 1 && html`<p><button type="button" class="plain"
        onClick=${() => dropRow(f, n)}>${t("form.row_drop", { n })}</button></p>`}
    </fieldset>`)}
  <p><button type="button" class="plain" onClick=${addRow}>${
    t("form.row_add")}</button></p>`;

export function counts(text, fields, part) {
  const n = { high: 0, medium: 0, low: 0 };
  for (const f of fields.filter((one) => one.mark?.part === part))
    n[text[f.name]] += 1;
  return n;
}

const total = (s) => s.counts && html`<p class="help">${t("form.total",
  counts(sheet.text, s.fields, s.counts))}</p>`;

const part = (s, n) => html`
  <section class="sheet" aria-labelledby=${`part${n}`}>
    <h2 id=${`part${n}`}>${titleOf(s)}</h2>${s.fields.map((f) => field(f))}
    ${total(s)}</section>`;

function state() {
  if (sheet.isDirty)
    return t("form.dirty");
  if (sheet.saved === null)
    return t("form.new");
  return t(`form.is_${sheet.saved.state}`, { who: sheet.saved.author,
    when: whenText(sheet.saved.saved_at) });
}

function submit(event) {
  event.preventDefault();
  const step = own.step ?? openSteps()[0]?.step ?? "";
  file(step, `${own.actedAt}:00+07:00`).then(() => {
    own.step = null;
  }).catch(() => {}).then(() => document.getElementById("said")?.focus());
}

const quietly = (work) => () => work().catch(() => {})
  .then(() => document.getElementById("said")?.focus());

// Filing it can end the step that asks for it.
function ending() {
  const steps = openSteps();
  if (steps.length === 0)
    return null;
  return html`<section class="sheet" aria-labelledby="ending">
    <h2 id="ending">${t("form.ends")}</h2>
    <label for="sheet-step">${t("form.step")}</label>
    <select id="sheet-step" onChange=${(e) => { own.step = e.target.value; }}>
      ${steps.map((k) => html`<option value=${k.step}>${stepName(k.step)}</option>`)}
      <option value="">${t("form.no_step")}</option></select>
    <label for="sheet-acted">${t("field.acted_at")}</label>
    <input id="sheet-acted" type="datetime-local" required value=${own.actedAt}
      onInput=${(e) => { own.actedAt = e.target.value; }} /></section>`;
}

const stale = () => sheet.isStale && html`<p class="row">
  <button type="button" onClick=${quietly(reload)}>${t("form.reload")}</button>
  <button type="button" class="plain" onClick=${quietly(insist)}>${
    t("form.insist")}</button></p>`;

const body = () => html`
  <p class="help">${t("form.basis", { basis: sheet.form.basis })} ${
    t("form.where")}</p>
  <form onSubmit=${submit}>
    ${sheet.form.sections.map(part)}
    ${ending()}
    <p class="help" id="sheet-state">${state()}</p>
    <div class="row"><button type="submit" disabled=${sheet.isBusy}>${
      t("form.file")}</button>
      <button type="button" class="plain" disabled=${sheet.isBusy}
        onClick=${quietly(keep)}>${t("form.keep")}</button></div>
  </form>`;

const links = (code) => html`<p class="row">
  <a class="tap" href=${`#/case/${code}`}>${t("form.back", { code })}</a>
  <a class="tap" href=${`#/case/${code}/print/M0${sheet.form.number}`}>${
    t("form.print")}</a></p>`;

export function page() {
  const { form, code } = sheet;
  if (form === null)
    return html`<h1 tabindex="-1">${t("starting")}</h1>`;
  return html`
    <h1 tabindex="-1">${numberText(form)}: ${form.about[language === "vi" ? 0 : 1]}</h1>
    ${links(code)}
    <div id="said" role="status" tabindex="-1">${sheet.said && html`
      <p class=${sheet.isFault ? "fault" : "said"}>${sheet.said}</p>`}</div>
    ${stale()}
    ${sheet.missing && html`<p class="fault">${t("case.missing")}</p>`}
    ${sheet.whole !== null && body()}`;
}

const warn = (event) => {
  if (sheet.isDirty)
    event.preventDefault();
};

const putAway = () => {
  if (document.hidden)
    keepNow();
};

export async function open(where, draw) {
  onSheet(draw);
  own.step = null;
  own.actedAt = dateTimeInput(new Date(now()).toISOString());
  addEventListener("beforeunload", warn);
  document.addEventListener("visibilitychange", putAway);
  await openSheet(where);
}

// What is typed here is a draft of the daemon's, see form_file.mjs.
export const isDraft = true;

export function close(isEnd) {
  removeEventListener("beforeunload", warn);
  document.removeEventListener("visibilitychange", putAway);
  return leaveSheet(isEnd);
}

