// The admin: members, agencies and their keys, duty, drills.  No case is here.
import { agencyPart, loadAgency } from "./admin_agency.mjs";
import { loadMember, memberPart } from "./admin_member.mjs";
import { call } from "./api.mjs";
import { loads } from "./assign.mjs";
import { changesPart } from "./changes.mjs";
import { desk } from "./desk.mjs";
import { dutyPart, loadDuty } from "./duty.mjs";
import { html } from "./html.mjs";
import { onceShown } from "./once.mjs";
import { printStyle } from "./print_style.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const list = async (path) => (await call("GET", path)).items;

async function load(state) {
  printStyle();
  const [members, all, agencies, changes, drills, channels, duty, agency,
    addresses] = await Promise.all([loads(), list("/v1/admin/members"),
    list("/v1/admin/agencies"), list("/v1/admin/changes"),
    list("/v1/admin/drills"), list("/v1/admin/channels"), loadDuty(),
    loadAgency(state.chosen), loadMember(state.member)]);
  const names = Object.fromEntries(members.map((m) => [m.login, m.name]));
  return { members, agencies, changes, drills, channels, duty, agency,
    addresses, all: all.map((m) => ({ ...m, name: names[m.login] })) };
}

const drill = (d) => html`<li>${d.who} · ${d.channel} · ${
  word("drill_state", d.state)} · <span class="help">${
  whenText(d.made_at)}</span></li>`;

const drills = (state, draw) => html`
  <section aria-labelledby="drills"><h2 id="drills">${t("drills")}</h2>
    <p class="help">${t("drills.help")}</p>
    <button type="button" disabled=${state.isBusy} onClick=${() =>
      state.act(draw, t("drills.sent"), () =>
        call("POST", "/v1/admin/drills", {}))}>${t("drills.send")}</button>
    <ul class="events">${state.data.drills.slice(0, 50).map(drill)}</ul>
  </section>`;

const body = (state, draw) => html`
  ${onceShown(state, draw)}
  <div class=${state.once === null ? "" : "no-print"}>
    ${changesPart(state.data.changes, "/v1/admin/changes", state, draw)}
    ${memberPart(state, draw)}
    ${agencyPart(state, draw)}
    ${dutyPart(state, draw)}
    ${drills(state, draw)}</div>`;

export const { page, open, close, mark, resume } =
  desk("admin.title", ["admin"], load, body);
