// Where alerts reach a member.  A new address waits for a second person, then
// for the code that was sent to it; of an old one only its end is shown.
import { call } from "./api.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { risky } from "./sure.mjs";
import { t } from "./text.mjs";
import { whenText } from "./time.mjs";

const one = (a, rest = "") =>
  `/v1/admin/addresses/${encodeURIComponent(a.id)}${rest}`;

const verify = (a, state, draw) => html`
  ${sheet({ prefix: `code-${a.id}`, isBusy: state.isBusy,
    button: t("address.verify"), fields: [{ name: "code",
      label: "address.code", required: true, max: 32 }],
    send: ({ code }) => state.act(draw, t("address.verified"), () =>
      call("POST", one(a, "/verify"), { code: code.toUpperCase() })) })}
  <button type="button" class="plain" disabled=${state.isBusy}
    aria-label=${`${t("address.again")}: …${a.hint}`}
    onClick=${() => state.act(draw, t("address.sent"), () =>
      call("POST", one(a, "/code"), {}))}>${t("address.again")}</button>`;

const item = (a, state, draw) => html`<li class="card" key=${a.id}>
  <p>${a.channel} · …${a.hint}</p>
  <p class="help">${a.is_verified
    ? t("address.good", { when: whenText(a.verified_at) })
    : t("address.waits")}</p>
  ${!a.is_verified && verify(a, state, draw)}
  ${risky({ name: t("address.remove"), of: `${a.channel} …${a.hint}`,
    help: t("address.remove.help"), go: () => state.act(draw,
      t("address.removed"), () => call("DELETE", one(a))) }, state, draw)}</li>`;

const FIELDS = [{ name: "channel", label: "address.channel", kind: "choice",
  required: true },
{ name: "address", label: "address.text", required: true, max: 1000 },
{ name: "verified", label: "address.vouched", kind: "check" }];

// A browser subscribes itself.
const typed = (channels) => channels.filter((c) => c.kind !== "webpush")
  .map((c) => [c.name, c.name]);

export const addressPart = (m, path, state, draw) => html`
  <h4>${t("address.list", { n: state.data.addresses.length })}</h4>
  <ul class="stack">${state.data.addresses.map((a) => item(a, state, draw))}</ul>
  <details><summary class="tap">${t("address.new")}</summary>
    <p class="help">${t("address.help")}</p>
    ${sheet({ prefix: "address", isBusy: state.isBusy, button: t("address.add"),
      fields: FIELDS.map((f) => f.name === "channel"
        ? { ...f, words: typed(state.data.channels) } : f),
      send: (body) => state.act(draw, t("kept"), () =>
        call("POST", path, body)) })}</details>`;
