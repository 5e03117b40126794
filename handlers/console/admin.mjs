// The admin: members, agencies and their keys, duty, drills.  No case is here.
import { call } from "./api.mjs";
import { agencyPart, loadAgency } from "./admin_agency.mjs";
import { loads } from "./assign.mjs";
import { changesPart } from "./changes.mjs";
import { desk } from "./desk.mjs";
import { dutyPart, loadDuty } from "./duty.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const ROLES = ["officer", "lead", "chairman", "vice_chairman", "police",
  "health", "school", "justice", "union", "admin"];
const list = async (path) => (await call("GET", path)).items;

async function load(state) {
  const [members, all, agencies, changes, drills, duty, agency] =
    await Promise.all([loads(), list("/v1/admin/members"),
      list("/v1/admin/agencies"), list("/v1/admin/changes"),
      list("/v1/admin/drills"), loadDuty(), loadAgency(state.chosen)]);
  const names = Object.fromEntries(members.map((m) => [m.login, m.name]));
  return { members, agencies, changes, drills, duty, agency,
    all: all.map((m) => ({ ...m, name: names[m.login] })) };
}

const at = (login, rest) =>
  `/v1/admin/members/${encodeURIComponent(login)}/${rest}`;

async function newPassword(m, state) {
  const made = await call("POST", at(m.login, "password"), {});
  state.once = { title: t("once.password", { who: m.login }),
    text: made.password };
  return made;
}

const act = (m, name, state, draw, work) => html`
  <button type="button" class="plain" disabled=${state.isBusy}
    aria-label=${`${t(`member.${name}`)}: ${m.login}`}
    onClick=${() => state.act(draw, t(`member.${name}.done`), work)}>${
    t(`member.${name}`)}</button>`;

const member = (m, state, draw) => html`<li class="card" key=${m.login}>
  <h3>${m.name ?? m.login}</h3>
  <p class="help">${m.login} · ${m.roles.split(" ").map((r) =>
    word("role", r)).join(", ")}</p>
  <p>${word("member_state", m.state)} · ${t("member.addresses",
    { n: m.addresses })}</p>
  ${m.state === "active" && html`<details><summary class="tap">${
    t("member.more")} <span class="unseen">${m.login}</span></summary>
    <p class="row">${act(m, "password", state, draw, () => newPassword(m, state))}
      ${act(m, "totp", state, draw, () =>
        call("POST", at(m.login, "totp-reset"), {}))}
      ${act(m, "stop", state, draw, () =>
        call("POST", at(m.login, "stop"), {}))}</p></details>`}</li>`;

const NEW = [{ name: "login", required: true, max: 32 },
  { name: "name", required: true, max: 100 },
  { name: "roles", kind: "several" }];

const newMember = (state, draw) => html`
  <details><summary class="tap">${t("member.new")}</summary>
    ${sheet({ prefix: "member", isBusy: state.isBusy, button: t("member.add"),
      fields: NEW.map((f) => f.name !== "roles" ? f
        : { ...f, words: ROLES.map((r) => [r, word("role", r)]) }),
      send: (body) => state.act(draw, t("kept"), () =>
        call("POST", "/v1/admin/members", body)) })}</details>`;

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

function forget(state, draw) {
  state.once = null;
  draw();
}

// Never kept: it is gone with the page, or with this button.
const once = (state, draw) => state.once && html`
  <section class="said" aria-labelledby="once"><h2 id="once">${
    state.once.title}</h2>
    <p>${t("once.help")}</p><p class="told"><code>${state.once.text}</code></p>
    <p class="row"><button type="button" onClick=${() => print()}>${
      t("once.print")}</button><button type="button" class="plain"
      onClick=${() => forget(state, draw)}>${t("once.forget")}</button></p>
  </section>`;

const body = (state, draw) => html`
  ${once(state, draw)}
  ${changesPart(state.data.changes, "/v1/admin/changes", state, draw)}
  <section aria-labelledby="members"><h2 id="members">${t("members",
    { n: state.data.all.length })}</h2>
    <ul class="cards">${state.data.all.map((m) => member(m, state, draw))}</ul>
    ${newMember(state, draw)}</section>
  ${agencyPart(state, draw)}
  ${dutyPart(state, draw)}
  ${drills(state, draw)}`;

export const { page, open, close } = desk("admin.title", ["admin"], load, body);
