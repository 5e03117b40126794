// To another body: a service is asked of it, or another ward is given the case;
// what is shared is chosen field by field, each with the ground that allows it;
// what became of it; taking it back.
import { call } from "./api.mjs";
import { change, path, shown } from "./case_file.mjs";
import { html } from "./html.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const FIELDS = ["name", "age", "birth_date", "sex", "personal_id", "place",
  "condition", "expected_harm", "father", "mother", "carer", "family",
  "ethnicity", "language", "interpreter", "safe_contact", "kind", "abuse_kinds",
  "risk", "narrative", "actions_taken", "alleged", "informant"];
const GROUNDS = ["vital_interest", "legal_duty", "consent"];
const CONSENT = ["representative", "child"];
// Each field that is shared, and its ground.
let picked = {};
let isTransfer = false; // the case itself goes

export function forgetShares() {
  picked = {};
  isTransfer = false;
}

function pick(name, isOn, draw) {
  if (isOn)
    picked[name] = "";
  else
    delete picked[name];
  draw();
}

function ground(name, value, draw) {
  picked[name] = value;
  draw();
}

const consents = (name) => html`<div role="group"
    aria-label=${t("share.consent_of", { field: word("field", name) })}>
  ${CONSENT.map((who) => html`<label class="check" for=${`by-${name}-${who}`}>
    <input type="checkbox" id=${`by-${name}-${who}`} name=${`by-${name}`}
      value=${who} />${t(`consent_by.${who}`)}</label>`)}</div>`;

const why = (name, draw) => html`
  <label for=${`ground-${name}`}>${t("share.ground_of",
    { field: word("field", name) })}</label>
  <select id=${`ground-${name}`} required value=${picked[name]}
      onChange=${(e) => ground(name, e.target.value, draw)}>
    <option value="">${t("choose")}</option>
    ${GROUNDS.map((g) => html`<option value=${g}>${t(`ground.${g}`)}</option>`)}
  </select>
  ${picked[name] === "consent" && consents(name)}`;

const share = (name, draw) => html`<li key=${name}>
  <label class="check" for=${`share-${name}`}><input type="checkbox"
    id=${`share-${name}`} checked=${name in picked}
    onChange=${(e) => pick(name, e.target.checked, draw)} />${
    word("field", name)}</label>
  ${name in picked && why(name, draw)}</li>`;

function bodyOf(form) {
  const { agency, service, reason, due_at: due } = form.elements;
  const conflict = form.elements.conflict_reason?.value.trim();
  const given = new FormData(form);
  return { agency: agency.value.trim(), reason: reason.value.trim(),
    ...(isTransfer ? {} : { service: service.value.trim(),
      due_at: `${due.value}:00+07:00` }),
    ...(conflict ? { conflict_reason: conflict } : {}),
    share: Object.entries(picked).map(([field, of]) => ({ field, ground: of,
      ...(of === "consent" && given.has(`by-${field}`)
        ? { consent_by: given.getAll(`by-${field}`) } : {}) })) };
}

function send(event, draw) {
  event.preventDefault();
  const form = event.target;
  const how = isTransfer ? "transfer" : "refer";
  change(draw, t(`${how}.sent`), async () => {
    await call("POST", path(`/${how}`), bodyOf(form),
      { "If-Match": `"${shown.summary.version}"` });
    form.reset();
    forgetShares();
  });
}

const input = (name, max, more = {}) => html`
  <label for=${`refer-${name}`}>${t(`refer.${name}`)}</label>
  <input id=${`refer-${name}`} name=${name} maxlength=${max} required
    type=${more.type ?? "text"} autocomplete="off" autocapitalize="none"
    list=${more.list} />`;

function choose(isOn, draw) {
  isTransfer = isOn;
  draw();
}

// A case is given away by who may end our care of it.
const errand = (draw) => hasRole(DECIDERS) && html`
  <label class="check" for="refer-transfer"><input type="checkbox"
    id="refer-transfer" checked=${isTransfer} aria-describedby="refer-transfer-help"
    onChange=${(e) => choose(e.target.checked, draw)} />${t("transfer")}</label>
  <p class="help" id="refer-transfer-help">${t("transfer.help")}</p>`;

const agencies = () => [...new Set((shown.whole?.referrals ?? [])
  .map((r) => r.agency).filter(Boolean))].sort();

const form = (draw) => html`
  <details><summary class="tap">${t("refer.new")}</summary>
  <form class="sheet" onSubmit=${(e) => send(e, draw)}>
    ${errand(draw)}
    ${input("agency", 16, { list: "refer-agencies" })}
    <datalist id="refer-agencies">${agencies().map((a) => html`
      <option value=${a}></option>`)}</datalist>
    ${!isTransfer && input("service", 200)}
    <label for="refer-reason">${t("refer.reason")}</label>
    <textarea id="refer-reason" name="reason" required
      maxlength="4000"></textarea>
    ${hasRole(DECIDERS) && html`<label for="refer-conflict_reason">${
      t("field.conflict_reason")}</label>
      <p class="help">${t("refer.conflict_help")}</p>
      <input id="refer-conflict_reason" name="conflict_reason"
        maxlength="1000" autocomplete="off" />`}
    ${!isTransfer && input("due_at", undefined, { type: "datetime-local" })}
    <fieldset><legend>${t("refer.share")}</legend>
      <p class="help">${t("refer.share_help")}</p>
      <ul class="plain">${FIELDS.map((f) => share(f, draw))}</ul></fieldset>
    <button type="submit" disabled=${shown.isBusy}>${
      t(isTransfer ? "transfer.send" : "refer.send")}</button>
  </form></details>`;

function withdraw(event, r, draw) {
  event.preventDefault();
  const reason = event.target.elements.reason.value.trim();
  change(draw, t("refer.withdrawn"), () => call("POST",
    path(`/referrals/${r.id}/answer`), { answer: "withdrawn", reason }));
}

const canWithdraw = (r) => ["sent", "accepted"].includes(r.state);

const sent = (r, draw) => html`<li class="card" key=${r.id}>
  <h3>${t("referral.out", { agency: r.agency ?? "" })}</h3>
  <p>${word("referral_state", r.state)}${r.due_at
    ? html` · ${t("due_at", { when: whenText(r.due_at) })}` : ""}</p>
  ${r.body?.service && html`<p class="told">${r.body.service}</p>`}
  ${canWithdraw(r) && html`<details><summary class="tap">${
    t("refer.withdraw")}</summary>
    <form onSubmit=${(e) => withdraw(e, r, draw)}>
      <label for=${`why-${r.id}`}>${t("refer.why")}</label>
      <input id=${`why-${r.id}`} name="reason" required maxlength="500" />
      <button type="submit" disabled=${shown.isBusy}>${
        t("refer.withdraw")}</button></form></details>`}
</li>`;

function outgoing(draw) {
  if (shown.whole === null)
    return html`<p class="help">${t("refer.hidden")}</p>`;
  const list = shown.whole.referrals.filter((r) => r.direction === "out");
  return html`${list.length === 0 && html`<p>${t("refer.none")}</p>`}
    <ul class="cards">${list.map((r) => sent(r, draw))}</ul>`;
}

export const caseRefer = (draw) => html`
  <section aria-labelledby="refer"><h2 id="refer">${t("refer")}</h2>
    ${outgoing(draw)}
    ${form(draw)}
  </section>`;
