// Forms as tables of fields, and what is filled in as a body of /v1.
import { html } from "/console/html.mjs";
import { t, word } from "/console/text.mjs";

const TYPES = { date: "date", instant: "datetime-local", number: "number" };

const options = (f) => f.words.map((w) => Array.isArray(w) ? w
  : [w, word(`field.${f.name}`, w)]);

function input(f, id) {
  if (f.kind === "choice")
    return html`<select id=${id} name=${f.name} required=${f.required}>
      <option value="">${t("choose")}</option>
      ${options(f).map(([value, text]) => html`<option value=${value}>${
        text}</option>`)}</select>`;
  if (f.kind === "long")
    return html`<textarea id=${id} name=${f.name} maxlength=${f.max}
      required=${f.required}></textarea>`;
  return html`<input id=${id} name=${f.name} type=${TYPES[f.kind] ?? "text"}
    maxlength=${f.max} min=${f.min} required=${f.required} autocomplete="off" />`;
}

function field(f, prefix) {
  const id = `${prefix}-${f.name}`;
  if (f.kind === "check")
    return html`<label class="check" for=${id}><input id=${id} name=${f.name}
      type="checkbox" />${word("field", f.name)}</label>`;
  if (f.kind === "several")
    return html`<fieldset><legend>${word("field", f.name)}</legend>
      ${options(f).map(([value, text]) => html`<label class="check"
        for=${`${id}-${value}`}><input type="checkbox" id=${`${id}-${value}`}
        name=${f.name} value=${value} />${text}</label>`)}</fieldset>`;
  return html`<label for=${id}>${t(f.label ?? `field.${f.name}`)}</label>
    ${input(f, id)}`;
}

function value(f, form) {
  if (f.kind === "several")
    return [...form.querySelectorAll(`[name="${f.name}"]:checked`)]
      .map((e) => e.value);
  const element = form.elements[f.name];
  if (f.kind === "check")
    return element.checked;
  const text = element.value.trim();
  if (text === "")
    return undefined;
  if (f.kind === "instant") // this country's time
    return `${text}:00+07:00`;
  return f.kind === "number" ? Number(text) : text;
}

const bodyOf = (form, fields) => Object.fromEntries(fields
  .map((f) => [f.name, value(f, form)]).filter(([, v]) => v !== undefined));

// how: {prefix, fields, button, isBusy, send(body)}
export const sheet = (how) => html`
  <form class="sheet" onSubmit=${(event) => {
    event.preventDefault();
    how.send(bodyOf(event.target, how.fields));
  }}>
    ${how.fields.map((f) => field(f, how.prefix))}
    <button type="submit" disabled=${how.isBusy}>${how.button}</button>
  </form>`;
