// Agencies: their keys, and create-only links that a ward prints for a school.
import { call } from "./api.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { now, whenText } from "./time.mjs";

const KINDS = ["hotline", "school", "health", "police", "ward", "justice",
  "union", "other"];
const root = (code) => `/v1/admin/agencies/${encodeURIComponent(code)}`;

export async function loadAgency(code) {
  if (code === null)
    return null;
  const [keys, links] = await Promise.all([call("GET", `${root(code)}/keys`),
    call("GET", `${root(code)}/links`)]);
  return { keys: keys.items, links: links.items };
}

const isLive = (k) => k.revoked_at === undefined &&
  Date.parse(k.not_after_at) > now();

function choose(a, state, draw) {
  state.chosen = state.chosen === a.code ? null : a.code;
  state.act(draw, null, async () => {});
}

// What is shown once goes to the top of the page.
const show = async (state, title, path, body, name) => {
  const made = await call("POST", path, body);
  state.once = { title, text: made[name] };
};

const ended = (k) => k.revoked_at === undefined
  ? t("until_at", { when: whenText(k.not_after_at) })
  : t("revoked_at", { when: whenText(k.revoked_at) });

const row = (k, kind, state, draw) => html`<li key=${k.id} class="card">
  <p>${t(isLive(k) ? "key.live" : "key.over")} · ${ended(k)}</p>
  <p class="help">${k.used_at === undefined ? t("key.unused")
    : t("key.used", { when: whenText(k.used_at) })}</p>
  ${isLive(k) && html`<p><button type="button" class="plain"
    disabled=${state.isBusy} aria-label=${`${t("key.revoke")}: ${k.id}`}
    onClick=${() => state.act(draw, t("key.revoked"), () =>
      call("POST", `/v1/admin/${kind}/${k.id}/revoke`, {}))}>${
    t("key.revoke")}</button></p>`}</li>`;

const opened = (a, state, draw) => html`
  <h4>${t("keys")}</h4><p class="help">${t("keys.help")}</p>
  <ul class="stack">${state.data.agency.keys.map((k) =>
    row(k, "keys", state, draw))}</ul>
  <p><button type="button" disabled=${state.isBusy} onClick=${() =>
    state.act(draw, t("key.made"), () => show(state, t("once.key",
      { who: a.code }), `${root(a.code)}/keys`, {}, "key"))}>${
    t("key.new")}</button></p>
  <h4>${t("qr")}</h4><p class="help">${t("qr.help")}</p>
  <ul class="stack">${state.data.agency.links.map((k) =>
    row(k, "links", state, draw))}</ul>
  ${sheet({ prefix: "form", isBusy: state.isBusy, button: t("qr.new"),
    fields: [{ name: "until", label: "qr.until", kind: "date",
      required: true }],
    send: (body) => state.act(draw, t("qr.made"), () => show(state,
      t("once.qr", { who: a.code }), `${root(a.code)}/links`, body,
      "url")) })}`;

const agency = (a, state, draw) => html`<li class="card" key=${a.code}>
  <h3>${a.name}</h3>
  <p class="help">${a.code} · ${word("agency", a.kind)} · ${
    word("member_state", a.state)} · ${t("agency.keys", { n: a.live_keys })}</p>
  <p><button type="button" class="plain" disabled=${state.isBusy}
    aria-expanded=${state.chosen === a.code}
    aria-label=${`${t("agency.open")}: ${a.name}`}
    onClick=${() => choose(a, state, draw)}>${t("agency.open")}</button></p>
  ${state.chosen === a.code && state.data.agency && opened(a, state, draw)}</li>`;

const fields = () => [{ name: "code", label: "agency.code", required: true,
  max: 16 }, { name: "name", label: "agency.name", required: true, max: 200 },
{ name: "kind", label: "agency.kind", kind: "choice", required: true,
  words: KINDS.map((k) => [k, word("agency", k)]) }];

export const agencyPart = (state, draw) => html`
  <section aria-labelledby="agencies"><h2 id="agencies">${t("agencies",
    { n: state.data.agencies.length })}</h2>
    <ul class="stack">${state.data.agencies.map((a) =>
      agency(a, state, draw))}</ul>
    <details><summary class="tap">${t("agency.new")}</summary>
      ${sheet({ prefix: "agency", isBusy: state.isBusy, button: t("agency.add"),
        fields: fields(), send: (body) => state.act(draw, t("kept"), () =>
          call("POST", "/v1/admin/agencies", body)) })}</details></section>`;
