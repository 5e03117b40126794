// Calls that are owed to bodies outside that cannot be written to: who was
// reached, and when, is written down here.
import { call } from "./api.mjs";
import { CALL } from "./case_kinds.mjs";
import { desk } from "./desk.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const load = async () => ({ tasks: (await call("GET", "/v1/phone-tasks")).items });
const fields = CALL.fields.map((f) => ({ ...f, required: true }));

const done = (k, state, draw, body) => state.act(draw, t("phone.done"),
  async () => {
    await call("POST", `/v1/phone-tasks/${encodeURIComponent(k.id)}/done`, body);
    state.chosen = null;
  });

function choose(k, state, draw) {
  state.chosen = state.chosen === k.id ? null : k.id;
  draw();
  document.querySelector("#phone-who")?.focus();
}

function task(k, state, draw) {
  const name = t("phone.call", { body: word("agency", k.body) });
  return html`<li class="card edge late" key=${k.id}>
    <h2>${name}</h2>
    <p>${t("phone.since", { when: whenText(k.opened_at) })}</p>
    <p class="row">${k.case && html`<a class="tap" href=${`#/case/${k.case}`}>${
      t("case", { code: k.case })}</a>`}
      <button type="button" aria-expanded=${state.chosen === k.id}
        aria-label=${`${t("phone.record")}: ${name} ${k.case ?? ""}`.trim()}
        onClick=${() => choose(k, state, draw)}>${t("phone.record")}</button></p>
    ${state.chosen === k.id && sheet({ prefix: "phone", fields,
      isBusy: state.isBusy, button: t("phone.do"),
      send: (body) => done(k, state, draw, body) })}</li>`;
}

const body = (state, draw) => html`<p class="help">${t("phone.help")}</p>
  ${state.data.tasks.length === 0 && html`<p>${t("phone.none")}</p>`}
  <ul class="cards">${state.data.tasks.map((k) => task(k, state, draw))}</ul>`;

export const { page, open, close, mark, resume } =
  desk("phone.title", null, load, body);
