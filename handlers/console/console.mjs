// The team's page: which screen is shown, and the frame around it.
import { Offline } from "./api.mjs";
import { drop, hold, isHeld, lock, release } from "./hold.mjs";
import { html, render } from "./html.mjs";
import { begin, forget, isFresh, live, onChange, refresh, watch }
  from "./live.mjs";
import { loginPage } from "./login.mjs";
import { isOwed, logout, settle, settled } from "./logout.mjs";
import { deafen } from "./news.mjs";
import { closeAll, pageAt } from "./pages.mjs";
import { menu } from "./menu.mjs";
import { LANGUAGES, language, speak, t } from "./text.mjs";
import { heardAt, whenText } from "./time.mjs";
import { putBack, take } from "./typed.mjs";

const root = document.getElementById("app");
const state = { why: null, isStarting: true, shown: null, worker: null,
  isPutBack: false };

const here = () => pageAt(location.hash);

async function choose(next) {
  await speak(next).catch(() => {});
  draw();
}

async function leave() {
  // Something may still be unsaved.
  await closeAll();
  lock();
  drop();
  state.isPutBack = false;
  deafen(); // its end is ours, and no session that ran out
  try {
    await logout();
    state.why = t("logged_out");
  } catch (error) {
    state.why = error instanceof Offline ? t("offline.logout") : null;
  }
  forget();
  location.hash = "";
  draw();
}

// There is a connection again.
async function tellLogout() {
  if (!isOwed() || live.me !== null)
    return;
  await settle().then(() => { state.why = t("logged_out"); }, () => {});
  draw();
}

const switches = () => LANGUAGES.filter((l) => l !== language).map((l) => html`
  <button type="button" class="plain" lang=${l} onClick=${() => choose(l)}>${
    t(`language.${l}`)}</button>`);

const banner = () => live.me !== null && !isFresh() && html`
  <div class="banner" role="alert"><p><strong>${
    t(live.trouble === "ill" ? "ill" : "offline")}</strong>
    ${" "}${t("stale", { when: whenText(heardAt()) })}</p>
    <button type="button" onClick=${() => refresh(true)}>${t("retry")}</button>
  </div>`;

function screen() {
  if (state.isStarting)
    return html`<p>${t("starting")}</p>`;
  if (live.me === null)
    return loginPage(draw, state.why, entered);
  const { page, part } = here();
  return page.page(draw, part);
}

const frame = () => html`
  <a class="skip" href="#main" onClick=${skip}>${t("skip")}</a>
  <header>
    <a class="tap brand" href="#/">${t("brand")}</a>
    <nav aria-label=${t("menu")}>${switches()}
      ${live.me !== null && html`<button type="button" class="plain"
        onClick=${leave}>${t("logout")}</button>`}</nav>
  </header>
  ${live.me !== null && menu()}
  ${banner()}
  <main id="main" tabindex="-1"><div role="status">${state.isPutBack && html`
    <p class="said">${t("typed.put_back")}</p>`}</div>${screen()}</main>`;

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

// Somebody is in: what the address asks for is fetched, too.
async function entered() {
  settled();
  const { page, part } = here();
  state.shown = page;
  draw();
  if (location.hash.length > 2) { // the home page was fetched with the login
    await page.open(part, draw);
    await resume(page);
    draw();
  }
}

// What was typed into the page at an address when a session ended there.
const typedAt = () => `typed ${location.hash}`;

async function resume(page) {
  const held = await release(typedAt());
  if (held === null)
    return;
  await putBack(held.typed, async () => {
    await page.resume?.(held.mark, draw);
    draw();
  });
  state.isPutBack = true;
}

function seal(page) {
  const typed = page?.isDraft ? [] : take();
  return typed.length > 0 && hold(typedAt(), { typed, mark: page?.mark?.() });
}

function draw() {
  document.title = live.me === null ? t("brand")
    : t("title", { n: `${live.alerts.length}${live.moreAlerts ? "+" : ""}` });
  render(frame(), root);
}

async function move() {
  const { page, part } = here();
  const isOld = state.worker?.isOutdated();
  if (isOld || page !== state.shown) {
    state.isPutBack = false;
    const closed = state.shown?.close();
    if (isOld) {
      await closed;
      location.reload();
      return;
    }
  }
  state.shown = page;
  draw();
  if (live.me === null)
    return;
  await page.open(part, draw);
  await resume(page);
  draw();
  root.querySelector("h1")?.focus();
  scrollTo(0, 0);
}

// What was being typed is sealed before its key is forgotten.
async function ended() {
  const closing = Promise.all([seal(state.shown), closeAll()]);
  lock();
  Object.assign(state, { why: t("session_over"), isPutBack: false });
  draw();
  await closing;
  if (isHeld() && live.me === null) {
    state.why = t("session_over.held");
    draw();
  }
}

async function start() {
  // Both at once: each is a trip.
  const begun = settle().then(begin).then(() => null, (error) => error);
  await speak();
  root.replaceChildren();
  onChange(draw, ended, () => here().page.reread?.());
  draw();
  // There is time now for what the first date costs.
  whenText(0);
  // Nobody logged in yet: that is no session that ended.
  if (await begun instanceof Offline)
    state.why = t("offline.login");
  state.isStarting = false;
  await (live.me === null ? draw() : entered());
  watch();
  addEventListener("hashchange", move);
  addEventListener("online", tellLogout);
  // Not needed by what is shown, so after it.
  import("./install.mjs").then((worker) => {
    state.worker = worker;
    worker.install();
  }, () => {});
  // The clocks run.
  setInterval(() => {
    if (live.me !== null && !document.hidden)
      draw();
  }, 1000);
}

start();
