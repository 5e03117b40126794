// What the ward owes and no step of a case tells of: calls to bodies outside that
// cannot be written to, and reports of its own.  Writing one down ends its clock.
import { call } from "./api.mjs";
import { TEAM } from "./assign.mjs";
import { CALL } from "./case_kinds.mjs";
import { desk } from "./desk.mjs";
import { leftText, level, levelOf } from "./due.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { reading } from "./live.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { language, t, word } from "./text.mjs";
import { dateTimeInput, heardAt, whenText } from "./time.mjs";

// An admin reads no reports.
async function load() {
  const [tasks, reports] = await Promise.all([call("GET", "/v1/phone-tasks"),
    hasRole(TEAM) ? reading(() => call("GET", "/v1/reports?state=open"))
      : { items: [] }]);
  return { tasks: tasks.items, reports: reports.items };
}

const fields = CALL.fields.map((f) => ({ ...f, required: true }));

const called = (k, state, draw, body) => state.act(draw, t("phone.done"),
  async () => {
    await call("POST", `/v1/phone-tasks/${encodeURIComponent(k.id)}/done`, body);
    state.chosen = null;
  });

function choose(k, state, draw) {
  state.chosen = state.chosen === k.id ? null : k.id;
  draw();
  document.querySelector("#phone-who, #report-acted_at")?.focus();
}

function task(k, state, draw) {
  const name = t("phone.call", { body: word("agency", k.body) });
  return html`<li class="card edge late" key=${k.id}>
    <h3>${name}</h3>
    <p>${t("phone.since", { when: whenText(k.opened_at) })}</p>
    <p class="row">${k.case && html`<a class="tap" href=${`#/case/${k.case}`}>${
      t("case", { code: k.case })}</a>`}
      <button type="button" aria-expanded=${state.chosen === k.id}
        aria-label=${`${t("phone.record")}: ${name} ${k.case ?? ""}`.trim()}
        onClick=${() => choose(k, state, draw)}>${t("phone.record")}</button></p>
    ${state.chosen === k.id && sheet({ prefix: "phone", fields,
      isBusy: state.isBusy, button: t("phone.do"),
      send: (body) => called(k, state, draw, body) })}</li>`;
}

const reported = (r, state, draw, body) => state.act(draw, t("report.done"),
  async () => {
    await call("POST", `/v1/reports/${encodeURIComponent(r.id)}/done`, body);
    state.chosen = null;
  });

const reportForm = (r, state, draw) => sheet({ prefix: "report",
  isBusy: state.isBusy, button: t("report.do"), fields: [
    { name: "acted_at", kind: "instant", required: true,
      value: dateTimeInput(new Date(heardAt()).toISOString()) },
    { name: "evidence", max: 64, help: "report.evidence" }],
  send: (body) => reported(r, state, draw, body) });

// The team reads them; officers and those who decide write them down.
function report(r, state, draw) {
  const name = `${r[`name_${language}`] ?? r.report} ${r.item}`;
  return html`<li class=${`card edge ${levelOf(r)}`} key=${r.id}>
    <h3>${name}</h3>
    <p>${level(r)} <span class="left">${leftText(r)}</span></p>
    <p class="help">${t("due_at", { when: whenText(r.due_at) })}</p>
    ${hasRole([...DECIDERS, "officer"]) && html`<p><button type="button"
      aria-expanded=${state.chosen === r.id}
      aria-label=${`${t("report.record")}: ${name}`}
      onClick=${() => choose(r, state, draw)}>${t("report.record")}</button></p>`}
    ${state.chosen === r.id && reportForm(r, state, draw)}</li>`;
}

const part = (name, list, draw) => html`
  <section aria-labelledby=${name}><h2 id=${name}>${t(name,
    { n: list.length })}</h2><p class="help">${t(`${name}.help`)}</p>
    ${list.length === 0 && html`<p>${t(`${name}.none`)}</p>`}
    <ul class="cards">${list.map(draw)}</ul></section>`;

const body = (state, draw) => html`
  ${part("phones", state.data.tasks, (k) => task(k, state, draw))}
  ${part("reports", state.data.reports, (r) => report(r, state, draw))}`;

export const { page, open, close, mark, resume } =
  desk("ward.title", null, load, body);
