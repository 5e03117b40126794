// The protected part of a case: children, people around them, what was told.
// It is read when somebody asks for it, and that is recorded.
import { askInformant, change, reveal } from "./case_file.mjs";
import { stepName } from "./due.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

// Marks are counted on the papers of their forms.
const HIDDEN = new Set(["id", "role", "items"]);

// A value as people read it; words that the contract fixes are translated.
function said(name, value) {
  if (value === true || value === false)
    return t(value ? "yes" : "no");
  if (Array.isArray(value))
    return value.map((v) => said(name, v)).join("; ");
  return word(`field.${name}`, String(value));
}

const isThing = (v) => v !== null && typeof v === "object" && !Array.isArray(v);

function valueOf(name, value) {
  if (Array.isArray(value) && value.some(isThing))
    return value.map((v) => valueOf(name, v));
  return isThing(value) ? html`<dl class="facts">${rows(value)}</dl>`
    : said(name, value);
}

const rows = (thing) => Object.entries(thing)
  .filter(([name]) => !HIDDEN.has(name))
  .map(([name, value]) => html`<dt>${word("field", name)}</dt>
    <dd class="told">${valueOf(name, value)}</dd>`);

const card = (title, thing) => html`<li class="card" key=${thing.id}>
  <h3>${title}</h3><dl class="facts">${rows(thing)}</dl></li>`;

function told(r) {
  const body = r.body ?? {};
  return html`<li class="card" key=${r.id}>
    <h3>${t(`referral.${r.direction}`, { agency: r.agency ?? "" })}</h3>
    <p class="help">${r.received_at && whenText(r.received_at)} · ${
      word("referral_state", r.state)}</p>
    ${body.narrative && html`<p class="told">${body.narrative}</p>`}
    ${body.actions_taken && html`<p class="told">${body.actions_taken}</p>`}
    ${body.reason && html`<p class="told">${word("field", "reason")}: ${
      body.reason}</p>`}
    ${r.updates?.length > 0 && html`<h4>${t("updates")}</h4>
      ${r.updates.map(update)}`}
  </li>`;
}

// What came later: more that was told, why it was refused, how it went.
const update = (u) => html`<p class="help">${whenText(u.made_at)}</p>
  <dl class="facts">${rows(u.body ?? {})}</dl>`;

// What was written down with a step: who was called, what was seen.
const act = (e) => html`<li class="card" key=${e.seq}>
  <h4>${stepName(e.done.step)}</h4>
  <p class="help">${whenText(e.at)}</p>
  <dl class="facts">${rows(e.body)}</dl></li>`;

const acts = (shown) => html`<details><summary class="tap">${
  t("acts", { n: shown.acts.length })}</summary>
  <ul class="cards">${shown.acts.map(act)}</ul></details>`;

const note = (n) => html`<li class="card" key=${n.id}>
  <p class="told">${n.text}</p>
  <p class="help">${n.author} · ${whenText(n.made_at)}${
    n.corrects ? ` · ${t("note.corrects", { why: n.reason ?? "" })}` : ""}</p></li>`;

function ask(event, draw) {
  event.preventDefault();
  const reason = event.target.elements.reason.value.trim();
  change(draw, t("informant.read"), () => askInformant(reason));
}

const informantForm = (shown, draw) => html`
  <form class="sheet" onSubmit=${(e) => ask(e, draw)}>
    <label for="reason">${t("informant.reason")}</label>
    <input id="reason" name="reason" required maxlength="1000" />
    <button type="submit" disabled=${shown.isBusy}>${t("informant.ask")}</button>
  </form>`;

const informants = (shown, draw) => html`
  <h3>${t("informant")}</h3>
  ${shown.informants === null ? informantForm(shown, draw)
    : html`<ul class="cards">${shown.informants.map((i) =>
      card(t("informant"), { id: i.referral, ...i.informant }))}</ul>`}`;

const revealed = (shown, draw) => html`
  <h3>${t("children")}</h3>
  <ul class="cards">${shown.whole.children.map((c) =>
    card(t("child"), c))}</ul>
  <h3>${t("persons")}</h3>
  ${shown.whole.persons.length === 0 && html`<p>${t("persons.none")}</p>`}
  <ul class="cards">${shown.whole.persons.map((p) =>
    card(word("person", p.role), p))}</ul>
  <h3>${t("referrals")}</h3>
  <ul class="cards">${shown.whole.referrals.map(told)}</ul>
  <h3>${t("notes")}</h3>
  ${shown.notes.length === 0 && html`<p>${t("notes.none")}</p>`}
  <ul class="cards">${shown.notes.map(note)}</ul>
  ${shown.acts !== null && acts(shown)}
  ${shown.whole.referrals.some((r) => r.has_informant) &&
    informants(shown, draw)}`;

function hide(shown, draw) {
  Object.assign(shown, { isRevealed: false, whole: null, notes: null,
    acts: null, informants: null });
  draw();
}

export const casePeople = (shown, draw) => html`
  <section aria-labelledby="people"><h2 id="people">${t("people")}</h2>
    ${shown.whole === null || shown.notes === null
      ? html`<p class="help">${t("people.hidden")}</p>
        <button type="button" disabled=${shown.isBusy}
          onClick=${() => change(draw, t("people.read"), reveal)}>${
          t("people.show")}</button>`
      : html`<button type="button" class="plain" onClick=${() =>
        hide(shown, draw)}>${t("people.hide")}</button>
        ${revealed(shown, draw)}`}
  </section>`;
