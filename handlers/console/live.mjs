// What is known of the team's work, and how fresh it is.
import { Offline, Problem, all, call, remember } from "./api.mjs";
import { unlock } from "./hold.mjs";
import { deafen, isListening, listen } from "./news.mjs";
import { heard, isStale } from "./time.mjs";

const EVERY = 20000;
// A reading of cases is recorded and keeps the session alive, so it is only
// made for somebody who touched the page this recently.
const PRESENT = 5 * 60000;

// What is due in my cases, in pages; begin.js asks for the first of it, too.
export const MINE = "/v1/clocks?mine=true&limit=30";
const ALERTS = 30, MOST = 200; // at first, and of the most urgent at all

// due: {path, items, more} as the page that is shown asked; null until it came.
const empty = () => ({ me: null, steps: {}, alerts: [], moreAlerts: false,
  due: null, trouble: null });

export const live = empty();
let touched = 0;
// What was read before may be another now, by performance.now(); and it was not
// read again, because nobody was there or it failed.
let newsAt = 0, isOwed = false;
let wanted = { path: MINE, pages: 1 }, alertsWanted = ALERTS;
let session = 0; // an answer to one that is over is dropped
let last = Promise.resolve(), waiting = null;
let changed = () => {};
let over = () => {};
let reread = () => {};

// again: reads what the page that is shown has read of cases by itself.
export function onChange(draw, ended, again) {
  changed = draw;
  over = ended;
  reread = again;
}

// All that was shown is forgotten.
export function forget() {
  session++;
  Object.assign(live, empty());
  wanted = { path: MINE, pages: 1 };
  alertsWanted = ALERTS;
  remember(null);
  deafen();
}

export function isFresh() {
  return live.trouble === null && !isStale();
}

// A clock or an alert, as reading() gave it, is still so.
export const isCurrent = (what) => isFresh() && what.readAt >= newsAt;

// A list of the daemon's; each item and each of its clocks tells since when.
export async function reading(ask) {
  const readAt = performance.now();
  const found = await ask();
  for (const item of found.items.flatMap((i) => [i, ...i.clocks ?? []]))
    item.readAt = readAt;
  return found;
}

// Run one call or more; offline and the end of the session are told apart here.
export async function attempt(work) {
  try {
    const made = await work();
    // An answer that was under way says nothing of the connection.
    live.trouble = navigator.onLine ? null : "offline";
    return made;
  } catch (error) {
    if (error instanceof Offline) {
      live.trouble = "offline";
    } else if (error instanceof Problem && error.status === 401) {
      const wasIn = live.me !== null;
      forget();
      if (wasIn)
        over();
    } else if (error instanceof Problem && error.status >= 500) {
      live.trouble = "ill";
    }
    throw error;
  } finally {
    changed();
  }
}

// What is due, soonest first, of a path of /v1/clocks; the same whenever it is
// read again, until somebody asks for another.
export async function loadDue(path = wanted.path, pages = wanted.pages) {
  const mine = session;
  if (path !== wanted.path)
    live.due = null;
  const asked = wanted = { path, pages };
  const found = await reading(() => all(path, pages).catch(none));
  if (mine === session && asked === wanted)
    live.due = { path, ...found };
}

// Who may see no cases has nothing that is due.
function none(error) {
  if (error.status !== 403)
    throw error;
  return { items: [], more: false };
}

export function moreAlerts() {
  alertsWanted = Math.min(alertsWanted + ALERTS, MOST);
  return refresh(true);
}

async function ask() {
  const mine = session, many = alertsWanted;
  const [me, { items }] = await Promise.all([call("GET", "/v1/me"),
    reading(() => all(`/v1/alerts?by=clock&limit=${many}`))]);
  if (mine !== session)
    return;
  await unlock(me);
  remember(me);
  heard(me.now);
  live.me = me;
  live.alerts = items;
  live.moreAlerts = items.length === many;
}

async function loadSteps() {
  const procedure = await call("GET", "/v1/procedure?brief=yes");
  live.steps = Object.fromEntries(procedure.steps.map((s) => [s.id, s]));
}

// Once after the login, or when a page is opened with a session.
export async function begin() {
  touched = Date.now();
  await attempt(() => Promise.all([ask(), loadSteps(), loadDue()]));
  hearNews();
}

function hearNews() {
  listen({
    beat(now) {
      // It is still as it was, if what we asked for last came through.
      if (live.trouble === null)
        heard(now);
    },
    changed: () => refresh(isHere()),
  });
}

const isHere = () => Date.now() - touched < PRESENT;

async function renew(withCases) {
  const at = performance.now();
  let isWhole = false;
  await attempt(async () => {
    try {
      await ask();
      if (withCases) {
        await Promise.all([loadDue(), reread()]);
        isWhole = true;
      }
    } finally {
      newsAt = at; // only now: what is shown does not flicker
      isOwed = !isWhole;
    }
  }).catch(() => {});
}

// Something may be another now: ask, and if somebody is there, cases, too.  One
// is on its way and one waits for it at most: what is asked meanwhile may be
// newer than its answer.
export function refresh(withCases = false) {
  if (waiting !== null) {
    waiting.withCases ||= withCases;
    return waiting.done;
  }
  const mine = { withCases };
  mine.done = last.then(() => {
    waiting = null;
    return live.me === null ? null : renew(mine.withCases);
  });
  waiting = mine;
  last = mine.done;
  return last;
}

// All of them; one that is over meanwhile needs no answer any more.
export async function acknowledge(ids) {
  await attempt(async () => {
    for (const [n, id] of ids.entries()) {
      const made = call("POST", `/v1/alerts/${id}/ack`, {});
      await (n === 0 ? made : made.catch(unlessOver));
    }
  });
  await refresh(true);
}

function unlessOver(error) {
  if (!(error instanceof Problem) || ![404, 409].includes(error.status))
    throw error;
}

// Somebody is back: what was not read without them is read now.
function touch() {
  touched = Date.now();
  if (live.trouble === null && isOwed)
    refresh(true);
}

export function watch() {
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, touch, { passive: true });
  setInterval(() => {
    if (!document.hidden && !isListening())
      refresh(isHere());
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden)
      refresh(isHere());
  });
  addEventListener("online", () => refresh(isHere()));
  addEventListener("offline", () => {
    live.trouble = "offline";
    changed();
  });
}
