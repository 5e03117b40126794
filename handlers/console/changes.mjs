// What waits for a second person: a new member, role, address or way to log in.
import { call } from "./api.mjs";
import { html } from "./html.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const text = (name, v) => Array.isArray(v)
  ? v.map((one) => word(name === "roles" ? "role" : "speech", one)).join(", ")
  : v === true || v === false ? t(v ? "yes" : "no") : String(v);

const label = (name) => name === "verified" ? t("address.vouched")
  : word("field", name);

const asked = (c) => c.asked !== undefined && html`<dl class="facts">${
  Object.entries(c.asked).map(([name, v]) => html`<dt>${label(name)}</dt>
    <dd>${text(name, v)}</dd>`)}</dl>`;

const button = (c, how, kind, state, act) => html`
  <button type="button" class=${kind} disabled=${state.isBusy}
    aria-label=${`${t(`change.${how}`)}: ${word("change", c.kind)} ${c.about}`}
    onClick=${act}>${t(`change.${how}`)}</button>`;

// root: /v1/changes, or an admin's own /v1/admin/changes, who may not approve.
const item = (c, root, state, draw) => {
  const go = (how) => () => state.act(draw, t(`change.${how}.done`), () =>
    call("POST", `${root}/${encodeURIComponent(c.id)}/${how}`, {}));
  return html`<li class="card" key=${c.id}>
    <h3>${word("change", c.kind)}: ${c.about}</h3>
    <p class="level soon">${t("waits")}</p>${asked(c)}
    <p class="help">${t("change.by", { who: c.asked_by ?? "admin",
      until: whenText(c.expires_at) })}</p>
    <p class="row">${root === "/v1/changes" &&
      button(c, "approve", "", state, go("approve"))}
      ${button(c, "withdraw", "plain", state, go("withdraw"))}</p></li>`;
};

export const changesPart = (list, root, state, draw) => html`
  <section aria-labelledby="changes"><h2 id="changes">${t("changes",
    { n: list.length })}</h2>
    ${list.length === 0 && html`<p>${t("changes.none")}</p>`}
    <ul class="cards">${list.map((c) => item(c, root, state, draw))}</ul>
  </section>`;
