// The case that is open: what was fetched of it, and the calls about it.
import { Offline, Problem, call } from "/console/api.mjs";
import { attempt } from "/console/live.mjs";
import { t, word } from "/console/text.mjs";

const EVENTS = 50;
const empty = () => ({ code: null, summary: null, isRevealed: false, whole: null,
  notes: null, informants: null, documents: null, events: [], next: null, missing: false,
  said: null, isFault: false, doing: null, startAt: "", isBusy: false });
export const shown = empty();

export function forgetCase() {
  Object.assign(shown, empty());
}

export function faultText(error) {
  if (error instanceof Offline)
    return t("offline.act");
  if (!(error instanceof Problem))
    throw error;
  const parts = (error.body.errors ?? []).map((e) =>
    `${word("field", e.pointer.split("/").pop())}: ${e.detail}`);
  return [error.body.detail ?? t("fault"), ...parts].join(" ");
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
  shown.missing = items.length === 0 || items[0].code !== code;
  if (shown.missing)
    return;
  shown.summary = items[0];
  await loadEvents(null);
  if (shown.isRevealed)
    await readWhole();
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
