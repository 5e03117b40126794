// The lead: what each carries, who is on duty, what was late, what waits.
import { call } from "./api.mjs";
import { assign, assignForm, loads } from "./assign.mjs";
import { changesPart } from "./changes.mjs";
import { desk } from "./desk.mjs";
import { leftText, level, stepName } from "./due.mjs";
import { dutyPart, loadDuty } from "./duty.mjs";
import { html } from "./html.mjs";
import { live, loadDue } from "./live.mjs";
import { DECIDERS } from "./menu.mjs";
import { t, word } from "./text.mjs";
import { now } from "./time.mjs";

const LAPSES = 50;
// The soonest of everybody's: what is late comes first.
const LATE = `/v1/clocks?limit=${LAPSES}`;

async function load() {
  const [members, duty, changes, bars] = await Promise.all([loads(), loadDuty(),
    call("GET", "/v1/changes"), call("GET", "/v1/bars"), loadDue(LATE, 1)]);
  return { members, duty, changes: changes.items, bars: bars.items };
}

const roles = (m) => m.roles.split(" ").map((r) => word("role", r)).join(", ");

const member = (m) => html`<li class=${`card edge ${m.overdue > 0 ? "late"
  : m.due > 0 ? "soon" : "calm"}`} key=${m.login}>
  <h3>${m.name ?? m.login}</h3><p class="help">${m.login} · ${roles(m)}</p>
  <p>${t("load.open", { n: m.open_cases })} · ${t("load.due", { n: m.due })}</p>
  <p class=${m.overdue > 0 ? "level late" : ""}>${
    t(m.overdue > 0 ? "load.overdue" : "load.intime", { n: m.overdue })}</p>
</li>`;

function give(code, state, draw) {
  state.chosen = state.chosen === code ? null : code;
  draw();
  document.querySelector("#assign-member")?.focus();
}

function lapse(k, state, draw) {
  return html`<li class="card edge late" key=${k.id}>
    <h3>${stepName(k.step)}</h3>
    <p>${level(k)} <span class="left">${leftText(k)}</span></p>
    ${!k.is_acked && html`<p class="level late">${t("lapse.unanswered")}</p>`}
    <p class="help">${t("held_by", { who: k.assignee ?? t("nobody") })}</p>
    <p class="row"><a class="tap" href=${`#/case/${k.case}`}>${
      t("case", { code: k.case })}</a>
      <button type="button" class="plain" aria-expanded=${state.chosen === k.id}
        aria-label=${t("assign.of", { code: k.case })}
        onClick=${() => give(k.id, state, draw)}>${t("assign")}</button></p>
    ${state.chosen === k.id && assignForm({ members: state.data.members,
      isBusy: state.isBusy, send: (body) => state.act(draw, t("assign.done"),
        async () => {
          await assign(k.case, body);
          state.chosen = null;
        }) })}</li>`;
}

function lapses(state, draw) {
  const { items = [], more } = live.due ?? {};
  const late = items.filter((k) => Date.parse(k.due_at) <= now());
  const isCut = more && late.length === items.length;
  return html`<section aria-labelledby="lapses"><h2 id="lapses">${
    t("lapses", { n: `${late.length}${isCut ? "+" : ""}` })}</h2>
    ${late.length === 0 && html`<p>${t("lapses.none")}</p>`}
    <ul class="cards">${late.map((k) => lapse(k, state, draw))}</ul>
    ${isCut && html`<p class="said">${t("lapses.cut",
      { n: LAPSES })}</p>`}</section>`;
}

const bar = (b, state, draw) => html`<li class="card" key=${b.id}>
  <h3>${t("bar.of", { who: b.member ?? b.agency })}</h3>
  <p>${t("bar.why", { ground: word("ground", b.ground) })}</p>
  <p class="row"><a class="tap" href=${`#/case/${b.case}`}>${
    t("case", { code: b.case })}</a>
    ${b.is_mine ? html`<span class="level soon">${t("bar.mine")}</span>`
      : html`<button type="button" class="plain" disabled=${state.isBusy}
        aria-label=${`${t("bar.clear")}: ${b.member ?? b.agency} ${b.case}`}
        onClick=${() => state.act(draw, t("bar.cleared"), () =>
          call("POST", `/v1/cases/${b.case}/bars/${b.id}/clear`, {}))}>${
        t("bar.clear")}</button>`}</p></li>`;

const body = (state, draw) => html`
  ${lapses(state, draw)}
  ${changesPart(state.data.changes, "/v1/changes", state, draw)}
  <section aria-labelledby="bars"><h2 id="bars">${t("bars",
    { n: state.data.bars.length })}</h2>
    <p class="help">${t("bars.help")}</p>
    <ul class="cards">${state.data.bars.map((b) => bar(b, state, draw))}</ul>
  </section>
  ${dutyPart(state, draw)}
  <section aria-labelledby="load"><h2 id="load">${t("load")}</h2>
    <ul class="cards">${state.data.members.map(member)}</ul></section>`;

export const { page, open, close, mark, resume } =
  desk("lead.title", DECIDERS, load, body);
