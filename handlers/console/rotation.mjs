// Rotations: members who take turns by day or by week, again and again.
import { call } from "./api.mjs";
import { memberWords } from "./assign.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { risky } from "./sure.mjs";
import { t, word } from "./text.mjs";
import { dateTimeInput, whenText } from "./time.mjs";

const MOST = 60; // turns of a round
const path = (name) => `/v1/duty/rotations/${encodeURIComponent(name)}`;

// One more than are filled, so that there is always a next one to choose.
const withNext = (turns) => turns.at(-1) === "" || turns.length === MOST
  ? turns : [...turns, ""];

function begin(r, state, draw) {
  state.turns = { of: r, list: withNext(r?.members ?? []) };
  draw();
  document.querySelector("#rotation-first, #rotation-name")?.focus();
}

function choose(n, login, state, draw) {
  const { list } = state.turns;
  list[n] = login;
  state.turns.list = withNext(list);
  draw();
}

const turn = (login, n, words, state, draw) => html`
  <label for=${`turn-${n}`}>${t("rotation.turn", { n: n + 1 })}</label>
  <select id=${`turn-${n}`} required=${n === 0}
    onChange=${(event) => choose(n, event.target.value, state, draw)}>
    <option value="">${t("rotation.none")}</option>
    ${words.map(([value, text]) => html`<option value=${value}
      selected=${value === login}>${text}</option>`)}</select>`;

const NAME = { name: "name", label: "rotation.name", required: true, max: 32,
  pattern: "[a-z][a-z0-9._\\-]+", how: "rotation.name.how" };

function fields(r) {
  const rest = [{ name: "unit", label: "rotation.unit", kind: "choice",
    required: true, value: r?.unit, words: ["day", "week"].map((u) =>
      [u, word("rotation", u)]) },
  { name: "first", label: "rotation.first", kind: "instant", required: true,
    value: dateTimeInput(r?.first_at) }];
  return r === null ? [NAME, ...rest] : rest;
}

function send(body, state, draw) {
  const { of, list } = state.turns;
  const { name = of?.name, ...rest } = body;
  state.act(draw, t("kept"), async () => {
    await call("PUT", path(name), { ...rest,
      members: list.filter((login) => login !== "") });
    state.turns = null;
  });
}

function form(state, draw) {
  const { of, list } = state.turns;
  const words = memberWords(state.data.members);
  return html`<h4>${of === null ? t("rotation.new")
    : t("rotation.edit", { name: of.name })}</h4>
    <p class="help">${t("rotation.help")}</p>
    ${sheet({ prefix: "rotation", isBusy: state.isBusy, button: t("rotation.do"),
      fields: fields(of), extra: html`<fieldset><legend>${t("rotation.turns")}
        </legend>${list.map((login, n) => turn(login, n, words, state, draw))}
        </fieldset>`, send: (body) => send(body, state, draw), stop: () => {
        state.turns = null;
        draw();
      } })}`;
}

const end = (r, state, draw) => risky({ name: t("rotation.end"), of: r.name,
  help: t("rotation.end.help"), go: () => state.act(draw, t("rotation.ended"),
    () => call("DELETE", path(r.name))) }, state, draw);

const rotation = (r, state, draw) => html`<li class="card" key=${r.name}>
  <h4>${r.name}</h4>
  <p>${word("rotation", r.unit)} · ${t("rotation.since",
    { when: whenText(r.first_at) })}</p>
  <ol class="events">${r.members.map((login) => html`<li>${login}</li>`)}</ol>
  <p class="row"><button type="button" class="plain" disabled=${state.isBusy}
    aria-label=${t("rotation.edit", { name: r.name })}
    onClick=${() => begin(r, state, draw)}>${t("rotation.change")}</button>
    ${end(r, state, draw)}</p></li>`;

// state.data has {duty, members}.
export const rotationPart = (state, draw) => html`
  <h3>${t("rotations", { n: state.data.duty.rotations.length })}</h3>
  <ul class="cards">${state.data.duty.rotations.map((r) =>
    rotation(r, state, draw))}</ul>
  ${state.turns === null ? html`<p><button type="button" class="plain"
    onClick=${() => begin(null, state, draw)}>${t("rotation.new")}</button></p>`
    : form(state, draw)}`;
