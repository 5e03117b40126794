// The receipt, and what became of a notification later.
import { wording } from "./refer_form.mjs";
import { button, el, instant, keep, kept, leave, redraw, t, turnTo }
  from "./refer_page.mjs";
import { call } from "./refer_send.mjs";

export const RECEIPT = "refer.receipt";

const later = (r) => r.secret
  ? `${location.origin}/refer#r.${r.id}.${r.secret}` : "";

function rows(...pairs) {
  return el("dl", { class: "receipt" }, ...pairs.filter((p) => p[1]).flatMap(
    ([name, value, look]) => [el("dt", {}, t()[name]),
      el("dd", look ? { class: look } : {}, value)]));
}

// who: "self" or "other"; another() begins anew.
export const receiptView = (r, who, another) => () => {
  const copy = button(t().copy, async () => {
    await navigator.clipboard.writeText(later(r)).catch(() => {});
    copy.textContent = t().copied;
  });
  const store = button(kept(RECEIPT) ? t().forget : t().store, () => {
    keep(RECEIPT, kept(RECEIPT) ? null : { id: r.id, secret: r.secret });
    store.textContent = kept(RECEIPT) ? t().forget : t().store;
  });
  return [
    el("h2", {}, wording(t(), "received", who)),
    el("p", {}, wording(t(), "received_hint", who)),
    rows(["code", r.incident_code, "code"], ["at", instant(r.received_at)],
      ["phone", r.duty_phone], ["later", later(r), "small"],
      ["digest", r.digest, "small"]),
    el("div", { class: "buttons" },
      button(t().print, () => print(), { class: "main" }),
      r.secret ? copy : null, r.secret ? store : null,
      button(t().another, () => another()),
      button(t().clear, leave)),
  ];
};

const statusView = (r) => () => [
  el("h2", {}, t().status),
  r.json.state ? rows(["code", r.json.incident_code, "code"],
    ["state", t()[`state_${r.json.state}`]],
    ["at", instant(r.json.received_at)], ["phone", r.json.duty_phone],
    ["state_at", instant(r.date ?? Date.now())])
    : el("p", { class: "wrong", role: "alert" }, t().no_status),
  el("div", { class: "buttons" },
    button(t().refresh, () => look(r.id, r.secret, r.another),
      { class: "main" }),
    kept(RECEIPT)?.id === r.id ? button(t().forget, () => {
      keep(RECEIPT, null);
      redraw();
    }) : null,
    r.another ? button(t().another, () => r.another()) : null),
];

// another: begins anew; null: nothing can be sent from there.
export async function look(id, secret, another) {
  const answer = await call({ path: `/v1/receipts/${encodeURIComponent(id)}`,
    headers: { "Receipt-Secret": secret } });
  turnTo(statusView({ json: {}, ...answer, id, secret, another }));
}

