// The case that is open: what was fetched of it, and the calls about it.
import { Offline, Problem, call } from "./api.mjs";
import { attempt } from "./live.mjs";
import { t, word } from "./text.mjs";

const EVENTS = 50;
const empty = () => ({ code: null, summary: null, isRevealed: false, whole: null,
  notes: null, informants: null, documents: null, gate: null, bars: null,
  events: [], next: null, missing: false, said: null, isFault: false,
  doing: null, startAt: "", isBusy: false });
export const shown = empty();

export function forgetCase() {
  Object.assign(shown, empty());
}

// "/competent/number" is another number than "/call/number".
function fieldText(pointer) {
  const [parent, name] = pointer.split("/").filter((p) => !/^\d*$/.test(p))
    .slice(-2);
  if (name === undefined)
    return word("field", parent ?? "");
  const own = word(parent, name);
  return own === name ? word("field", name) : own;
}

export function faultText(error) {
  if (error instanceof Offline)
    return t("offline.act");
  if (!(error instanceof Problem))
    throw error;
  const parts = (error.body.errors ?? []).map((e) =>
    `${fieldText(e.pointer)}: ${e.detail}`);
  return [error.body.detail ?? t("fault"), parts.join("; ")].join(" ").trim();
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

export async function loadEvents(after) {
  const more = after ? `&after=${encodeURIComponent(after)}` : "";
  const page = await call("GET", path(`/timeline?limit=${EVENTS}${more}`));
  shown.events = after ? [...shown.events, ...page.items] : page.items;
  shown.next = page.next ?? null;
}

// The summary; what is revealed is read with it: once, for each is recorded.
async function load(code) {
  const { items } = await call("GET",
    `/v1/cases?code=${encodeURIComponent(code)}&limit=1`);
  if (items[0]?.code !== code) { // never was, or is not ours any more
    Object.assign(shown, { ...empty(), code, missing: true, said: shown.said });
    return;
  }
  shown.summary = items[0];
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

export async function loadGate() {
  shown.gate = await call("GET", path("/gate"));
}

async function readWhole() {
  const [whole, notes] = await Promise.all([call("GET", path()),
    call("GET", path("/notes"))]);
  Object.assign(shown, { whole, notes: notes.items });
}

export function reveal() {
  shown.isRevealed = true;
}

export async function askInformant(reason) {
  const found = await call("POST", path("/informant"), { reason });
  shown.informants = found.items;
}
