// Members: who they are, where alerts reach them, how they log in.
import { addressPart } from "./admin_address.mjs";
import { call } from "./api.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { risky } from "./sure.mjs";
import { t, word } from "./text.mjs";

const ROLES = ["officer", "lead", "chairman", "vice_chairman", "police",
  "health", "school", "justice", "union", "admin"];
const LANGUAGES = ["vie", "bdq", "jra", "rad", "sed", "hre", "cje", "tyz",
  "nut", "blt", "hmv", "khm", "vsl"];
const words = (family, codes) => codes.map((c) => [c, word(family, c)]);
const QUIET = "([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]";

const at = (login, rest = "") =>
  `/v1/admin/members/${encodeURIComponent(login)}${rest}`;

export const loadMember = async (login) => login === null ? null
  : (await call("GET", at(login, "/addresses"))).items;

async function newPassword(m, state) {
  const made = await call("POST", at(m.login, "/password"), {});
  state.once = { title: t("once.password", { who: m.login }),
    text: made.password };
  return made;
}

const post = (m, rest) => () => call("POST", at(m.login, rest), {});

const button = (m, name, work, state, draw) => risky({ of: m.login,
  name: t(`member.${name}`), help: t(`member.${name}.help`),
  go: () => state.act(draw, t(`member.${name}.done`), work) }, state, draw);

const list = (text) => text.split(" ").filter((w) => w !== "");

const changeFields = (m) => [
  { name: "name", max: 100, value: m.name },
  { name: "phone", label: "member.phone", max: 30 },
  { name: "roles", kind: "several", words: words("role", ROLES),
    required: true, value: list(m.roles) },
  { name: "languages", kind: "several", words: words("speech", LANGUAGES),
    required: true, value: list(m.languages) },
  { name: "quiet", label: "member.quiet", max: 11, pattern: QUIET,
    how: "member.quiet.how", value: m.quiet }];

const isSame = (a, b) => Array.isArray(a)
  ? [...a].sort().join() === [...b].sort().join() : a === (b ?? "");

// Only what is another now; an empty name or phone is none.
function difference(m, body) {
  const all = { quiet: "", ...body };
  return Object.fromEntries(changeFields(m).map((f) => [f.name, f.value])
    .filter(([name, was]) => all[name] !== undefined && !isSame(all[name], was))
    .map(([name]) => [name, all[name]]));
}

function send(m, body, state, draw) {
  const changed = difference(m, body);
  if (Object.keys(changed).length === 0)
    state.act(draw, t("member.same"), async () => {});
  else
    state.act(draw, t("kept"), async () => {
      const made = await call("PATCH", at(m.login), changed);
      state.member = null; // what was typed is not what is in force
      return made;
    });
}

const opened = (m, state, draw) => html`
  <h4>${t("member.change")}</h4><p class="help">${t("member.change.help")}</p>
  ${sheet({ prefix: "edit", isBusy: state.isBusy, button: t("member.save"),
    fields: changeFields(m), send: (body) => send(m, body, state, draw) })}
  ${addressPart(m, at(m.login, "/addresses"), state, draw)}
  <h4>${t("member.access")}</h4>
  <p class="row">${button(m, "password", () => newPassword(m, state), state, draw)}
    ${button(m, "totp", post(m, "/totp-reset"), state, draw)}
    ${button(m, "stop", post(m, "/stop"), state, draw)}</p>`;

function choose(m, state, draw) {
  state.member = state.member === m.login ? null : m.login;
  state.act(draw, null, async () => {});
}

const member = (m, state, draw) => html`<li key=${m.login}
  class=${state.member === m.login ? "card whole" : "card"}>
  <h3>${m.name ?? m.login}</h3>
  <p class="help">${m.login} · ${list(m.roles).map((r) =>
    word("role", r)).join(", ")}</p>
  <p>${word("member_state", m.state)} · ${t("member.addresses",
    { n: m.addresses })}</p>
  ${m.state === "active" && html`<p><button type="button" class="plain"
    disabled=${state.isBusy} aria-expanded=${state.member === m.login}
    aria-label=${`${t("member.more")}: ${m.login}`}
    onClick=${() => choose(m, state, draw)}>${t("member.more")}</button></p>`}
  ${state.member === m.login && m.state === "active" && state.data.addresses &&
    opened(m, state, draw)}</li>`;

const NEW = [{ name: "login", required: true, max: 32 },
  { name: "name", required: true, max: 100 },
  { name: "roles", kind: "several" }];

const newMember = (state, draw) => html`
  <details><summary class="tap">${t("member.new")}</summary>
    ${sheet({ prefix: "member", isBusy: state.isBusy, button: t("member.add"),
      fields: NEW.map((f) => f.name !== "roles" ? f
        : { ...f, words: words("role", ROLES) }),
      send: (body) => state.act(draw, t("kept"), () =>
        call("POST", "/v1/admin/members", body)) })}</details>`;

export const memberPart = (state, draw) => html`
  <section aria-labelledby="members"><h2 id="members">${t("members",
    { n: state.data.all.length })}</h2>
    <ul class="cards">${state.data.all.map((m) => member(m, state, draw))}</ul>
    ${newMember(state, draw)}</section>`;
