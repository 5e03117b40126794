// The case that is open: what was fetched of it, and the calls about it.
import { Offline, Problem, call } from "./api.mjs";
import { attempt, reading } from "./live.mjs";
import { t, word } from "./text.mjs";

const EVENTS = 50;
const empty = () => ({ code: null, summary: null, isRevealed: false, whole: null,
  notes: null, acts: null, informants: null, documents: null, gate: null, bars: null,
  events: [], next: null, missing: false, said: null, isFault: false,
  doing: null, startAt: "", isBusy: false });
export const shown = empty();

export function forgetCase() {
  Object.assign(shown, empty());
}

// "/competent/number" is another number than "/call/number".
function nameText(parent, name) {
  if (name === undefined)
    return word("field", parent ?? "");
  const own = word(parent, name);
  return own === name ? word("field", name) : own;
}

// Of a list it is told in which row.
function fieldText(pointer) {
  const parts = pointer.split("/").slice(1);
  const row = parts.find((p) => /^\d+$/.test(p));
  const text = nameText(...parts.filter((p) => !/^\d*$/.test(p)).slice(-2));
  return row === undefined ? text : `${text} ${Number(row) + 1}`;
}

export function faultText(error) {
  if (error instanceof Offline)
    return t("offline.act");
  if (!(error instanceof Problem))
    throw error;
  const parts = (error.body.errors ?? []).map((e) =>
    `${fieldText(e.pointer)}: ${e.detail}`);
  const said = parts.length > 0 ? t("fault.fields")
    : error.body.detail ?? t("fault");
  return `${said} ${parts.join("; ")}`.trim();
}

// Run a change, say how it went, and look again.
export async function change(draw, done, work) {
  Object.assign(shown, { isBusy: true, said: null });
  draw();
  try {
    await attempt(work);
    Object.assign(shown, { said: done, isFault: false, doing: null });
    await attempt(() => load(shown.code));
  } catch (error) {
    Object.assign(shown, { said: faultText(error), isFault: true });
    if (error.status === 412) // somebody else was here: what they did is shown
      await attempt(() => load(shown.code)).catch(() => {});
  }
  shown.isBusy = false;
  draw();
  document.getElementById("said")?.focus();
}

export const path = (rest = "") => `/v1/cases/${encodeURIComponent(shown.code)}${rest}`;

// Of the case that is open.  An answer that comes when it is not open any more
// is dropped: it would stand under another's name.
export async function ask(rest, take) {
  const { code } = shown;
  const found = await call("GET", path(rest));
  if (shown.code === code)
    take(found);
}

export async function loadEvents(after) {
  const more = after ? `&after=${encodeURIComponent(after)}` : "";
  await ask(`/timeline?order=desc&limit=${EVENTS}${more}`, ({ items, next }) => {
    shown.events = after ? [...shown.events, ...items] : items;
    shown.next = next ?? null;
  });
}

async function loadSummary(code) {
  const { items } = await reading(() => call("GET",
    `/v1/cases?code=${encodeURIComponent(code)}&limit=1`));
  if (shown.code !== code)
    return;
  if (items[0]?.code !== code) // never was, or is not ours any more
    Object.assign(shown, { ...empty(), code, missing: true, said: shown.said });
  else
    shown.summary = items[0];
}

// The summary; what is revealed is read with it: once, for each is recorded.
async function load(code) {
  await loadSummary(code);
  if (shown.code === code && !shown.missing)
    await loadRest();
}

async function loadRest() {
  await loadEvents(null);
  if (shown.isRevealed)
    await readWhole();
  if (shown.gate !== null)
    await loadGate();
}

export async function openCase(code) {
  if (shown.code !== code)
    forgetCase();
  shown.code = code;
  await attempt(() => load(code)).catch((error) => {
    shown.said = faultText(error);
    shown.isFault = true;
  });
}

// What may have changed meanwhile.  Under a step that is being written down
// nothing moves: its clocks are called old.
export async function reread() {
  const { code, summary } = shown;
  if (summary === null || shown.doing !== null || shown.isBusy)
    return;
  await loadSummary(code);
  if (shown.code === code && shown.summary?.version > summary.version)
    await loadRest();
}

export const loadGate = () => ask("/gate", (gate) => { shown.gate = gate; });

const ACTS = 500;

const readWhole = () => Promise.all([
  ask(`/timeline?open=true&order=desc&limit=${ACTS}`, ({ items }) => {
    shown.acts = items.filter((e) => e.done && e.body);
  }),
  ask("", (whole) => Object.assign(shown, { whole })),
  ask("/notes", ({ items }) => Object.assign(shown, { notes: items }))]);

export function reveal() {
  shown.isRevealed = true;
}

export async function askInformant(reason) {
  const { code } = shown;
  const found = await call("POST", path("/informant"), { reason });
  if (shown.code === code)
    shown.informants = found.items;
}
