// Forms as tables of fields, and what is filled in as a body of /v1.
//
// A field: {name, kind, label, words, required, max, min, value, pattern, how}.
// value: as it is now, what somebody has typed stays; how: the pattern in words.
// kind: text (also if there is none), long, choice, check, several, date, instant, number;
// group: an object of fields, left out if all of them are empty; rows: a list of
// such objects, at least one; more: fields that are seldom needed.  label and words: keys of texts, else field.NAME.
import { Component } from "./preact.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { rowsOf } from "./typed.mjs";

const TYPES = { date: "date", instant: "datetime-local", number: "number" };

// As the daemon reads an instant: this country's time.
export const instant = (value) => `${value}:00+07:00`;

const labelOf = (f) => t(f.label ?? `field.${f.name}`);
const options = (f) => f.words.map((w) => Array.isArray(w) ? w
  : [w, word(f.family ?? `field.${f.name}`, w)]);

function input(f, id) {
  const more = { id, name: id, required: f.required };
  if (f.kind === "choice")
    return html`<select ...${more}>
      <option value="">${t("choose")}</option>
      ${options(f).map(([value, text]) => html`<option value=${value}
        defaultSelected=${value === f.value}>${text}</option>`)}</select>`;
  if (f.kind === "long")
    return html`<textarea ...${more} maxlength=${f.max}></textarea>`;
  return html`<input ...${more} type=${TYPES[f.kind] ?? "text"}
    maxlength=${f.max} min=${f.min} defaultValue=${f.value}
    pattern=${f.pattern} title=${f.how && t(f.how)} autocomplete="off" />`;
}

const several = (f, id) => html`<fieldset><legend>${labelOf(f)}</legend>
  ${options(f).map(([value, text]) => html`<label class="check"
    for=${`${id}-${value}`}><input type="checkbox" id=${`${id}-${value}`}
    name=${id} value=${value} defaultChecked=${f.value?.includes(value)} />${
    text}</label>`)}</fieldset>`;

// A group whose names another one of the form has, too, brings a prefix.
const inside = (f, prefix) => f.prefix ? `${prefix}-${f.prefix}` : prefix;

const group = (f, id) => html`<fieldset><legend>${labelOf(f)}</legend>
  ${f.help && html`<p class="help">${t(f.help)}</p>`}
  ${f.fields.map((c) => field(c, inside(f, id)))}</fieldset>`;

const more = (f, prefix) => html`<details><summary class="tap">${
  labelOf(f)}</summary>${f.fields.map((c) => field(c, prefix))}</details>`;

// How many there are is nobody else's business.
class Rows extends Component {
  constructor(props) {
    super(props);
    this.state = { n: rowsOf(props.id) };
  }

  render({ f, id }, { n }) {
    const add = (by) => () => this.setState({ n: n + by });
    return html`${Array.from({ length: n }, (_, i) => html`
      <fieldset key=${i} data-row=${id}><legend>${labelOf(f)} ${i + 1}</legend>
        ${f.fields.map((c) => field(c, `${id}-${i}`))}</fieldset>`)}
    <p class="row"><button type="button" class="plain" onClick=${add(1)}>${
      t("row.add", { what: labelOf(f) })}</button>
      ${n > 1 && html`<button type="button" class="plain" onClick=${add(-1)}>${
        t("row.drop", { what: labelOf(f), n })}</button>`}</p>`;
  }
}

export function field(f, prefix) {
  const id = `${prefix}-${f.name}`;
  if (f.kind === "rows")
    return html`<${Rows} f=${f} id=${id} />`;
  if (f.kind === "group")
    return group(f, prefix);
  if (f.kind === "more")
    return more(f, prefix);
  if (f.kind === "several")
    return several(f, id);
  if (f.kind === "check")
    return html`<label class="check" for=${id}><input id=${id} name=${id}
      type="checkbox" />${labelOf(f)}</label>`;
  return html`<label for=${id}>${labelOf(f)}</label>${input(f, id)}
    ${f.help && html`<p class="help">${t(f.help)}</p>`}`;
}

function value(f, form, prefix) {
  const id = `${prefix}-${f.name}`;
  if (f.kind === "rows")
    return [...form.querySelectorAll(`[data-row="${id}"]`)].map((_, i) =>
      bodyOf(form, f.fields, `${id}-${i}`));
  if (f.kind === "group") {
    const made = bodyOf(form, f.fields, inside(f, prefix));
    return Object.keys(made).length === 0 ? undefined : made;
  }
  if (f.kind === "several") {
    const on = [...form.querySelectorAll(`[name="${id}"]:checked`)]
      .map((e) => e.value);
    return on.length === 0 && !f.required ? undefined : on;
  }
  const element = form.elements[id];
  if (f.kind === "check")
    return element.checked;
  const text = element.value.trim();
  if (text === "")
    return undefined;
  if (f.kind === "instant")
    return instant(text);
  return f.kind === "number" ? Number(text) : text;
}

const flat = (fields) => fields.flatMap((f) =>
  f.kind === "more" ? flat(f.fields) : [f]);

const bodyOf = (form, fields, prefix) => Object.fromEntries(flat(fields)
  .map((f) => [f.name, value(f, form, prefix)])
  .filter(([, v]) => v !== undefined));

// how: {prefix, fields, extra, button, isBusy, send(body), stop()}; extra, which
// is shown after the fields, and stop are not needed.
export const sheet = (how) => html`
  <form class=${how.stop ? "step" : "sheet"} onSubmit=${(event) => {
    event.preventDefault();
    how.send(bodyOf(event.target, how.fields, how.prefix));
  }}>
    ${how.fields.map((f) => field(f, how.prefix))}${how.extra}
    <p class="row"><button type="submit" disabled=${how.isBusy}>${
      how.button}</button>
      ${how.stop && html`<button type="button" class="plain" onClick=${
        how.stop}>${t("cancel")}</button>`}</p>
  </form>`;
