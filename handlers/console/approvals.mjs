// The chairman: what waits for their yes, the papers of it, and the paper that
// is issued then.
import { call } from "./api.mjs";
import { desk, more } from "./desk.mjs";
import { leftText, level, stepName } from "./due.mjs";
import { KINDS } from "./case_kinds.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { live, loadDue } from "./live.mjs";
import { paper } from "./paper.mjs";
import { t, word } from "./text.mjs";
import { heardAt, whenText } from "./time.mjs";

const PAGES = 5; // more than anybody decides in a day
const BOSSES = ["chairman", "vice_chairman"];
const why = { name: "reason", kind: "long", max: 4000, required: true };

const steps = () => Object.values(live.steps).filter((s) =>
  s.needs_approval || s.role === "chairman").map((s) => s.id).join() || "-";
const due = (isApproved) => (live.due?.items ?? []).filter((k) =>
  live.steps[k.step]?.needs_approval === isApproved);
const waits = () => due(true);
// Theirs, too, but done in the case itself.
const others = () => due(false);

async function load(state) {
  await loadDue(`/v1/clocks?steps=${steps()}&limit=200`, PAGES);
  if (state.chosen === null)
    return {};
  const at = `/v1/cases/${encodeURIComponent(state.chosen.case)}`;
  const [whole, documents] = await Promise.all([call("GET", at),
    call("GET", `${at}/documents`)]);
  return { whole, documents: documents.items };
}

// Never ahead of the daemon.
const acted = () => new Date(heardAt()).toISOString();

const send = (state, draw, how, body, done) => state.act(draw, done, () =>
  call("POST", `/v1/cases/${state.chosen.case}/steps/${state.chosen.step}/${how}`,
    { acted_at: acted(), ...body },
    { "If-Match": `"${state.data.whole.version}"` }));

const agreed = (state) => state.data.whole.approvals?.findLast((a) =>
  a.step === state.chosen.step);

const papers = ({ whole, documents }) => html`
  <h3>${t("papers", { n: documents.length })}</h3>
  <ul>${documents.map((d) => html`<li><a class="tap"
    href=${`/v1/cases/${whole.code}/documents/${d.id}/content`}>${
      d.title ?? d.id}</a></li>`)}</ul>
  ${whole.referrals.map((r) => r.body?.narrative && html`
    <p class="told">${r.body.narrative}</p>`)}
  <p><a class="tap" href=${`#/case/${whole.code}`}>${t("papers.case")}</a></p>`;

const issue = (state, draw) => sheet({ prefix: "paper", isBusy: state.isBusy,
  button: t("issue"), fields: [paper(state.data.documents)],
  send: (body) => send(state, draw, "done", body, t("issued")) });

const decide = (k, state, draw) => html`
  <h3>${t("agree.head")}</h3>
  ${sheet({ prefix: "agree", isBusy: state.isBusy, button: t("agree"),
    fields: KINDS[live.steps[k.step].kind], send: (body) => send(state, draw, "agree",
      { agreed: true, ...body }, t("agreed")) })}
  <details><summary class="tap">${t("refuse")}</summary>
    ${sheet({ prefix: "refuse", isBusy: state.isBusy, button: t("refuse.do"),
      fields: [why], send: (body) => send(state, draw,
        "agree", { agreed: false, ...body }, t("refused")) })}</details>`;

function opened(k, state, draw) {
  const last = agreed(state);
  return html`${papers(state.data)}
    ${last && html`<p class="said">${t(`approval.${last.state}`,
      { who: last.agreed_by, when: whenText(last.agreed_at) })}${
      last.is_acting ? ` ${t(`acting.${last.acting_why}`)}` : ""}</p>`}
    ${last?.state === "agreed" ? issue(state, draw) : decide(k, state, draw)}`;
}

function choose(k, state, draw) {
  state.chosen = state.chosen?.id === k.id ? null : k;
  state.act(draw, null, async () => {});
}

const item = (k, state, draw) => html`<li class="card" key=${k.id}>
  <h3>${stepName(k.step)}</h3>
  <p>${level(k)} <span class="left">${leftText(k)}</span></p>
  <p class="row"><span>${t("case", { code: k.case })}</span>
    <button type="button" disabled=${state.isBusy}
      aria-expanded=${state.chosen?.id === k.id}
      aria-label=${`${t("approve.look")}: ${stepName(k.step)} ${k.case}`}
      onClick=${() => choose(k, state, draw)}>${t("approve.look")}</button></p>
  ${state.chosen?.id === k.id && state.data.whole !== undefined &&
    state.data.whole.code === k.case && opened(k, state, draw)}</li>`;

const other = (k) => html`<li class="card" key=${k.id}>
  <h3>${stepName(k.step)}</h3>
  <p>${level(k)} <span class="left">${leftText(k)}</span></p>
  <p><a class="tap" href=${`#/case/${k.case}`}>${
    t("case", { code: k.case })}</a></p></li>`;

function body(state, draw) {
  const list = waits(), rest = others();
  return html`<p class="help">${t("approvals.help")}</p>
    <h2>${t("approvals.n", { n: list.length })}</h2>
    ${list.length === 0 && html`<p>${t("approvals.none")}</p>`}
    <ul class="stack">${list.slice(0, state.shown)
      .map((k) => item(k, state, draw))}</ul>
    ${rest.length > 0 && html`<h2>${t("approvals.others",
      { n: rest.length })}</h2><ul class="cards">${rest.slice(0, state.shown)
        .map(other)}</ul>`}
    ${more(state, draw, list, rest)}`;
}

export const { page, open, close, mark, resume } =
  desk("approvals.title", BOSSES, load, body);
