// Finding a case.  What is looked for stands in no address, and is gone with
// the page; on the way to a case that was found and back it stays.
import { all, call } from "./api.mjs";
import { faultText } from "./case_file.mjs";
import { level, leftText, levelOf, stepName } from "./due.mjs";
import { html } from "./html.mjs";
import { attempt, live, reading } from "./live.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const LIMIT = 50;
const empty = () => ({ asked: null, found: [], next: null, unfounded: 0,
  isBusy: false, fault: null, holders: [] });
const state = empty();

const FIELDS = [
  { name: "code", max: 9, hint: true },
  { name: "name", max: 200 },
  { name: "phone", max: 40, mode: "tel" },
  { name: "state", words: () => ["open", "closed", "merged"], family: "state" },
  { name: "risk", words: () => ["high", "medium", "low", "unknown"],
    family: "risk" },
  { name: "assignee", words: holders, family: "search.holder" },
  { name: "due_before", kind: "datetime-local" },
];

// Nobody, I, and whoever holds one of the open cases.
function holders() {
  return [live.me.login, "-", ...state.holders];
}

async function loadHolders() {
  const { items } = await all("/v1/clocks?limit=200");
  const others = new Set(items.map((k) => k.assignee));
  others.delete(undefined);
  others.delete(live.me?.login);
  state.holders = [...others].sort();
}

function optionText(f, value) {
  if (f.name === "assignee" && value === live.me.login)
    return t("search.me");
  return word(f.family, value);
}

function input(f) {
  const id = `search-${f.name}`;
  if (f.words !== undefined)
    return html`<select id=${id} name=${f.name}>
      <option value="">${t("search.any")}</option>
      ${f.words().map((w) => html`<option value=${w}>${
        optionText(f, w)}</option>`)}</select>`;
  return html`<input id=${id} name=${f.name} maxlength=${f.max}
    type=${f.kind ?? "text"} inputmode=${f.mode ?? "text"} autocomplete="off"
    autocapitalize=${f.name === "code" ? "characters" : "none"}
    spellcheck=${false} />`;
}

const field = (f) => html`<div key=${f.name}>
  <label for=${`search-${f.name}`}>${t(`search.${f.name}`)}</label>
  ${input(f)}</div>`;

function questionOf(form) {
  const asked = {};
  for (const f of FIELDS) {
    const given = form.elements[f.name].value.trim();
    if (given !== "")
      asked[f.name] = f.kind === "datetime-local" ? `${given}:00+07:00` : given;
  }
  return asked;
}

const look = (asked, after) => reading(() => call("POST", "/v1/cases/search",
  { ...asked, limit: LIMIT, after }));

function take(page, found) {
  Object.assign(state, { found, next: page.next ?? null,
    unfounded: page.unfounded ?? 0 });
}

async function ask(draw, asked, after) {
  Object.assign(state, { isBusy: true, fault: null });
  draw();
  try {
    const page = await attempt(() => look(asked, after));
    state.asked = asked;
    take(page, after === undefined ? page.items
      : [...state.found, ...page.items]);
  } catch (error) {
    state.fault = faultText(error);
  }
  state.isBusy = false;
  draw();
  if (after === undefined)
    document.getElementById("found")?.focus();
}

function submit(event, draw) {
  event.preventDefault();
  ask(draw, questionOf(event.target));
}

function nextClock(c) {
  const open = c.clocks.filter((k) => k.state === "open");
  return open.sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))[0];
}

function due(c) {
  const k = nextClock(c);
  return k && html`<p>${stepName(k.step)}</p>
    <p>${level(k)} <span class="left">${leftText(k)}</span></p>`;
}

const edge = (c) => {
  const k = nextClock(c);
  return k === undefined ? "old" : levelOf(k);
};

const item = (c) => html`<li class=${`card edge ${edge(c)}`} key=${c.code}>
  <h3><a class="tap" href=${`#/case/${c.code}`}>${
    t("case", { code: c.code })}</a></h3>
  <p>${word("state", c.state)} · ${t("held_by",
    { who: c.assignee ?? t("nobody") })}</p>
  ${due(c)}
  <p class="help">${t("search.received", { when: whenText(c.received_at) })}</p>
</li>`;

const results = (draw) => html`
  <section aria-labelledby="found">
    <h2 id="found" tabindex="-1">${t("search.found", { n: state.found.length,
      more: state.next === null ? "" : "+" })}</h2>
    ${state.found.length === 0 && html`<p>${t("search.none")}</p>`}
    ${state.unfounded > 0 && html`<p class="said">${
      t("search.unfounded", { n: state.unfounded })}</p>`}
    <ul class="cards">${state.found.map(item)}</ul>
    ${state.next !== null && html`<button type="button" class="plain"
      disabled=${state.isBusy} onClick=${() =>
        ask(draw, state.asked, state.next)}>${t("more")}</button>`}
  </section>`;

export const page = (draw) => html`
  <p><a class="tap" href="#/">${t("back")}</a></p>
  <h1 tabindex="-1">${t("search")}</h1>
  <form class="sheet wide" role="search" onSubmit=${(e) => submit(e, draw)}>
    <p class="help">${t("search.help")}</p>
    <div class="fields">${FIELDS.map(field)}</div>
    <button type="submit" disabled=${state.isBusy}>${t("search.go")}</button>
  </form>
  <div id="said" role="status">${state.fault && html`
    <p class="fault">${state.fault}</p>`}</div>
  ${state.asked !== null && results(draw)}`;

// The form is there at once; who may be chosen in it comes after.
export async function open(part, draw) {
  attempt(loadHolders).then(draw, () => {});
}

// As many of them as are shown, as they are now.
export async function reread() {
  const { asked, found: shown } = state;
  if (asked === null || state.isBusy)
    return;
  let page, found = [];
  do {
    page = await look(asked, page?.next);
    found = [...found, ...page.items];
  } while (page.next !== undefined && found.length < shown.length);
  if (state.found === shown)
    take(page, found);
}

// To a case and back: what was found stays.  Anywhere else, and when the
// session ends, it is gone.
export function close(isEnd) {
  if (isEnd || !location.hash.startsWith("#/case/"))
    Object.assign(state, empty());
}
