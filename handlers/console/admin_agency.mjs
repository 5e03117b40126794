// Agencies: their keys, and create-only links that a ward prints for a school.
import { call } from "./api.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { readyPoster } from "./poster.mjs";
import { risky } from "./sure.mjs";
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
async function showKey(a, state) {
  const made = await call("POST", `${root(a.code)}/keys`, {});
  state.once = { title: t("once.key", { who: a.code }), text: made.key };
}

async function showLink(a, path, body, state) {
  await readyPoster();
  const link = await call("POST", path, body);
  state.once = { title: t("once.qr", { who: a.code }), link, name: a.name };
}

const ended = (k) => k.revoked_at === undefined
  ? t("until_at", { when: whenText(k.not_after_at) })
  : t("revoked_at", { when: whenText(k.revoked_at) });

const revoke = (k, kind, state, draw) => risky({ of: k.id,
  name: t("key.revoke"), help: t(`${kind}.revoke.help`),
  go: () => state.act(draw, t("key.revoked"), () =>
    call("POST", `/v1/admin/${kind}/${k.id}/revoke`, {})) }, state, draw);

const row = (k, kind, state, draw, more) => html`<li key=${k.id} class="card">
  <p>${t(isLive(k) ? "key.live" : "key.over")} · ${ended(k)}</p>
  <p class="help">${k.used_at === undefined ? t("key.unused")
    : t("key.used", { when: whenText(k.used_at) })}</p>
  ${isLive(k) && html`${more}<p>${revoke(k, kind, state, draw)}</p>`}</li>`;

const until = (prefix, button, state, send) => sheet({ prefix,
  isBusy: state.isBusy, button, send, fields: [{ name: "until",
    label: "qr.until", kind: "date", required: true }] });

const renew = (a, k, state, draw) => html`
  <details><summary class="tap">${t("qr.renew")} <span class="unseen">${
    k.id}</span></summary>
    <p class="help">${t("qr.renew.help")}</p>
    ${until(`renew-${k.id}`, t("qr.renew.do"), state, (body) =>
      state.act(draw, t("qr.renewed"), () =>
        showLink(a, `/v1/admin/links/${k.id}/renew`, body, state)))}</details>`;

const opened = (a, state, draw) => html`
  <h4>${t("keys")}</h4><p class="help">${t("keys.help")}</p>
  <ul class="stack">${state.data.agency.keys.map((k) =>
    row(k, "keys", state, draw))}</ul>
  <p><button type="button" disabled=${state.isBusy} onClick=${() =>
    state.act(draw, t("key.made"), () => showKey(a, state))}>${
    t("key.new")}</button></p>
  <h4>${t("qr")}</h4><p class="help">${t("qr.help")}</p>
  <ul class="stack">${state.data.agency.links.map((k) =>
    row(k, "links", state, draw, renew(a, k, state, draw)))}</ul>
  ${until("form", t("qr.new"), state, (body) => state.act(draw, t("qr.made"),
    () => showLink(a, `${root(a.code)}/links`, body, state)))}
  <p>${risky({ name: t("agency.stop"), of: a.code, help: t("agency.stop.help"),
    go: () => state.act(draw, t("agency.stopped"), () =>
      call("POST", `${root(a.code)}/stop`, {})) }, state, draw)}</p>`;

const agency = (a, state, draw) => html`<li class="card" key=${a.code}>
  <h3>${a.name}</h3>
  <p class="help">${a.code} · ${word("agency", a.kind)} · ${
    word("member_state", a.state)} · ${t("agency.keys", { n: a.live_keys })}</p>
  ${a.state === "active" && html`<p><button type="button" class="plain"
    disabled=${state.isBusy} aria-expanded=${state.chosen === a.code}
    aria-label=${`${t("agency.open")}: ${a.name}`}
    onClick=${() => choose(a, state, draw)}>${t("agency.open")}</button></p>`}
  ${state.chosen === a.code && a.state === "active" && state.data.agency &&
    opened(a, state, draw)}</li>`;

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
