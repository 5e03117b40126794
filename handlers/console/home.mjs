// What is due next, with a clock that runs, and the alerts that wait.
import { Offline } from "./api.mjs";
import { leftText, level, levelOf, stepName } from "./due.mjs";
import { html } from "./html.mjs";
import { MINE, acknowledge, attempt, live, loadDue, moreAlerts, refresh }
  from "./live.mjs";
import { t, word } from "./text.mjs";
import { clockText, heardAt, whenText } from "./time.mjs";

const EVERYONE = "/v1/clocks?limit=30";
const fresh = () => ({ busy: null, said: null, isFault: false, path: MINE,
  pages: 1 });
const state = fresh();

// A clock that climbs raises alert upon alert: one card, of the newest, and the
// tap answers all that it stands for.
async function take(a, draw) {
  Object.assign(state, { busy: a.id, said: null });
  draw();
  try {
    await acknowledge([a.id, ...a.older]);
    Object.assign(state, { said: t("acked"), isFault: false });
  } catch (error) {
    state.isFault = true;
    state.said = error instanceof Offline ? t("offline.act")
      : error.body?.detail ?? t("fault");
    await refresh(true);
  }
  state.busy = null;
  draw();
  document.getElementById("said")?.focus();
}

const caseLink = (code) => html`
  <a class="tap" href=${`#/case/${code}`}>${t("case", { code })}</a>`;

function alertName(a) {
  const name = word("alert", a.kind);
  return name === a.kind ? a.subject ?? t("alert.other") : name;
}

const clockOf = (a) => ({ due_at: a.step_due_at, readAt: a.readAt });

// What is no case's is on a page of its own.
const wardLink = () => html`<p><a class="tap" href="#/ward">${
  t("ward.title")}</a></p>`;

const alertItem = (a, draw) => html`
  <li class="card" key=${a.id}>
    <h3>${alertName(a)}${a.is_drill ? ` (${t("drill")})` : ""}</h3>
    ${a.older.length > 0 && html`<p class="help">${
      t("alert.older", { n: a.older.length })}</p>`}
    ${a.step && html`<p>${stepName(a.step)}</p>`}
    ${a.step_due_at && html`<p>${level(clockOf(a))}
      ${" "}<span class="left">${leftText(clockOf(a))}</span></p>`}
    ${(a.kind === "phone_task" || (a.step && !a.case)) && wardLink()}
    <p class="row">${a.case && caseLink(a.case)}
      <button type="button" disabled=${state.busy !== null}
        aria-label=${t("ack_of", { what: alertName(a), code: a.case ?? "" })}
        onClick=${() => take(a, draw)}>${t("ack")}</button></p>
  </li>`;

const count = (items, more) => `${items.length}${more ? "+" : ""}`;

function alertList(draw) {
  return html`
    <section aria-labelledby="alerts">
      <h2 id="alerts">${t("alerts",
        { n: count(live.alerts, live.moreAlerts) })}</h2>
      ${live.alerts.length === 0 && html`<p>${t("alerts.none")}</p>`}
      <ul class="cards">${live.alerts.map((a) => alertItem(a, draw))}</ul>
      ${live.moreAlerts && html`<button type="button" class="plain"
        onClick=${moreAlerts}>${t("more.alerts")}</button>`}
    </section>`;
}

const clockItem = (k) => html`
  <li class=${`card edge ${levelOf(k)}`} key=${k.id}>
    <h3>${stepName(k.step)}</h3>
    <p>${level(k)} <span class="left">${leftText(k)}</span></p>
    <p class="help">${t("due_at", { when: whenText(k.due_at) })}</p>
    <p class="row">${caseLink(k.case)}
      <span class="help">${t("held_by", { who: k.assignee ?? t("nobody") })}</span></p>
  </li>`;

const load = () => attempt(() => loadDue(state.path, state.pages))
  .catch(() => {});

function choose(path, pages, draw) {
  Object.assign(state, { path, pages });
  const loaded = load();
  draw();
  loaded.then(draw);
}

const filter = (draw) => html`
  <div class="row" role="group" aria-label=${t("whose")}>
    ${[[MINE, "mine"], [EVERYONE, "everyone"]].map(([path, name]) => html`
      <button type="button" class="plain" aria-pressed=${state.path === path}
        onClick=${() => choose(path, 1, draw)}>${t(name)}</button>`)}
  </div>`;

const dueItems = ({ items, more }, draw) => html`
  ${items.length === 0 && html`<p>${t("due.none")}</p>`}
  <ul class="cards">${items.map(clockItem)}</ul>
  ${more && html`<button type="button" class="plain" onClick=${() =>
    choose(state.path, state.pages + 1, draw)}>${t("more")}</button>`}`;

function dueList(draw) {
  const due = live.due?.path === state.path ? live.due : null;
  return html`
    <section aria-labelledby="due">
      <h2 id="due">${t("due", { n: due ? count(due.items, due.more) : "…" })}</h2>
      ${filter(draw)}
      ${due === null ? html`<p>${t("starting")}</p>` : dueItems(due, draw)}
    </section>`;
}

async function again(draw) {
  state.said = null;
  await refresh(true);
  draw();
}

const freshness = (draw) => html`
  <p class="row help">${t("as_of", { when: clockText(heardAt()) })}
    <button type="button" class="plain" onClick=${() => again(draw)}>${
      t("refresh")}</button></p>
  <p><a class="tap" href="#/search">${t("search")}</a></p>`;

export const homePage = (draw) => html`
  <h1 tabindex="-1">${t("home.title", { name: live.me.name ?? live.me.login })}</h1>
  ${freshness(draw)}
  <div id="said" role="status" tabindex="-1">${state.said && html`
    <p class=${state.isFault ? "fault" : "said"}>${state.said}</p>`}</div>
  ${alertList(draw)}
  ${dueList(draw)}
  ${wardLink()}
  <p><a class="tap" href="#/duty">${t("duty.title")}</a></p>
  <p><a class="tap" href="#/push">${t("push.link")}</a></p>`;

export const openHome = load;

// Whoever comes next sees what is theirs.
export function closeHome(isEnd) {
  if (isEnd)
    Object.assign(state, fresh());
}
