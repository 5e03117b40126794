// What is due next, with a clock that runs, and the alerts that wait.
import { Offline } from "./api.mjs";
import { leftText, level, levelOf, stepName } from "./due.mjs";
import { html } from "./html.mjs";
import { acknowledge, attempt, live, loadCases, refresh } from "./live.mjs";
import { t, word } from "./text.mjs";
import { clockText, heardAt, whenText } from "./time.mjs";

const PAGE = 50;
const state = { busy: null, said: null, isFault: false, shown: PAGE,
  alertsShown: PAGE, onlyMine: true };

// A clock that climbs raises alert upon alert: one card, the newest on top, and
// the tap answers all that it stands for.
function grouped() {
  const groups = new Map();
  for (const a of [...live.alerts].sort(byAge)) {
    const key = `${a.case ?? a.id} ${a.step ?? a.id}`;
    groups.set(key, [a, ...(groups.get(key) ?? [])]);
  }
  return [...groups.values()].sort(([a], [b]) => byUrgency(a, b));
}

const byAge = (a, b) => Date.parse(a.raised_at) - Date.parse(b.raised_at);
const byUrgency = (a, b) => b.is_urgent - a.is_urgent ||
  Date.parse(a.step_due_at ?? a.due_at) - Date.parse(b.step_due_at ?? b.due_at);

async function take(group, draw) {
  Object.assign(state, { busy: group[0].id, said: null });
  draw();
  try {
    await acknowledge(group);
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

const alertItem = ([a, ...older], draw) => html`
  <li class="card" key=${a.id}>
    <h3>${alertName(a)}${a.is_drill ? ` (${t("drill")})` : ""}</h3>
    ${older.length > 0 && html`<p class="help">${
      t("alert.older", { n: older.length })}</p>`}
    ${a.step && html`<p>${stepName(a.step)}</p>`}
    ${a.step_due_at && html`<p>${level(clockOf(a))}
      ${" "}<span class="left">${leftText(clockOf(a))}</span></p>`}
    ${(a.kind === "phone_task" || (a.step && !a.case)) && wardLink()}
    <p class="row">${a.case && caseLink(a.case)}
      <button type="button" disabled=${state.busy !== null}
        aria-label=${t("ack_of", { what: alertName(a), code: a.case ?? "" })}
        onClick=${() => take([a, ...older], draw)}>${t("ack")}</button></p>
  </li>`;

function alertList(draw) {
  const groups = grouped();
  return html`
    <section aria-labelledby="alerts">
      <h2 id="alerts">${t("alerts", { n: groups.length })}</h2>
      ${groups.length === 0 && html`<p>${t("alerts.none")}</p>`}
      <ul class="cards">${groups.slice(0, state.alertsShown)
        .map((g) => alertItem(g, draw))}</ul>
      ${groups.length > state.alertsShown && html`<button type="button"
        class="plain" onClick=${() => more("alertsShown", draw)}>${
        t("more.alerts", { n: groups.length - state.alertsShown })}</button>`}
    </section>`;
}

const clockItem = (k) => html`
  <li class=${`card edge ${levelOf(k)}`} key=${k.id}>
    <h3>${stepName(k.step)}</h3>
    <p>${level(k)} <span class="left">${leftText(k)}</span></p>
    <p class="help">${t("due_at", { when: whenText(k.due_at) })}</p>
    <p class="row">${caseLink(k.code)}
      <span class="help">${t("held_by", { who: k.assignee ?? t("nobody") })}</span></p>
  </li>`;

function choose(onlyMine, draw) {
  Object.assign(state, { onlyMine, shown: PAGE });
  draw();
}

const filter = (draw) => html`
  <div class="row" role="group" aria-label=${t("whose")}>
    ${[[true, "mine"], [false, "everyone"]].map(([mine, name]) => html`
      <button type="button" class="plain" aria-pressed=${state.onlyMine === mine}
        onClick=${() => choose(mine, draw)}>${t(name)}</button>`)}
  </div>`;

function more(what, draw) {
  state[what] += PAGE;
  draw();
}

function dueList(draw) {
  const clocks = live.clocks.filter(
    (k) => !state.onlyMine || k.assignee === live.me.login);
  return html`
    <section aria-labelledby="due">
      <h2 id="due">${t("due", { n: clocks.length })}</h2>
      ${filter(draw)}
      ${clocks.length === 0 && html`<p>${t("due.none")}</p>`}
      <ul class="cards">${clocks.slice(0, state.shown).map(clockItem)}</ul>
      ${clocks.length > state.shown && html`<button type="button" class="plain"
        onClick=${() => more("shown", draw)}>${t("more")}</button>`}
      ${live.more && html`<p class="said">${t("due.cut")}</p>`}
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

export const openHome = () => attempt(loadCases).catch(() => {});
