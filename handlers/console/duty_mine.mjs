// Duty as each member has it: the turns of one's own, swapping one with a
// colleague who has to agree, and leave.  Leads see both on their page.
import { call } from "./api.mjs";
import { desk } from "./desk.mjs";
import { from, loadDuty, planned, swapCard, swapPath } from "./duty.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { live } from "./live.mjs";
import { risky } from "./sure.mjs";
import { t } from "./text.mjs";
import { dateTimeInput } from "./time.mjs";

const load = async () => ({ duty: await loadDuty() });
const me = () => live.me.login;

// Whoever stands in the calendar can take a turn.
function others({ plan, rotations, duty }) {
  const all = [...plan.flatMap((p) => p.on_duty),
    ...rotations.flatMap((r) => r.members), ...duty.map((d) => d.login)];
  return [...new Set(all)].filter((login) => login !== me()).sort();
}

const span = (prefix, value, required) => [
  { name: `${prefix}from`, kind: "instant", required,
    value: value && dateTimeInput(value.from_at) },
  { name: `${prefix}until`, kind: "instant", required,
    value: value && dateTimeInput(value.until_at) }];

const send = (state, draw, body) => state.act(draw, t("swap.asked.done"),
  async () => {
    await call("POST", "/v1/duty/swaps", body);
    state.chosen = null;
  });

const askForm = (p, state, draw) => sheet({ prefix: "ask",
  isBusy: state.isBusy, button: t("swap.ask.do"),
  fields: [{ name: "with", kind: "choice", required: true,
    words: others(state.data.duty).map((login) => [login, login]) },
  ...span("", p, true),
  { name: "back", label: "swap.back", kind: "more",
    fields: span("back_", null, false) }],
  send: (body) => send(state, draw, body) });

const isChosen = (p, state) => state.chosen?.from_at === p.from_at;

function choose(p, state, draw) {
  state.chosen = isChosen(p, state) ? null
    : { from_at: p.from_at, until_at: p.until_at };
  draw();
  document.querySelector("#ask-with")?.focus();
}

const turn = (p, state, draw) => html`<li class="card" key=${p.from_at}>
  <p>${from(p)}</p>
  <p><button type="button" class="plain" aria-expanded=${isChosen(p, state)}
    aria-label=${`${t("swap.ask")}: ${from(p)}`}
    onClick=${() => choose(p, state, draw)}>${t("swap.ask")}</button></p>
  ${isChosen(p, state) && askForm(p, state, draw)}</li>`;

// The other one answers; who asked may think better of it.
function answers(s) {
  if (s.other === me())
    return ["accept", "refuse"];
  return s.asker === me() ? ["withdraw"] : [];
}

const answer = (s, state, draw) => (how) => state.act(draw,
  t(`swap.${how}.done`), () => how === "withdraw"
    ? call("DELETE", swapPath(s.id))
    : call("POST", swapPath(s.id, `/${how}`), {}));

const swaps = (list, state, draw) => list.length > 0 && html`
  <h2>${t("swaps")}</h2><ul class="cards">${list.map((s) => swapCard(s,
    answers(s), state, answer(s, state, draw)))}</ul>`;

const away = (l, state, draw) => html`<li class="card" key=${l.id}>
  <p>${from(l)}</p>
  ${risky({ name: t("leave.end"), of: from(l), help: t("leave.end.help"),
    go: () => state.act(draw, t("kept"), () =>
      call("DELETE", `/v1/leave/${encodeURIComponent(l.id)}`)) }, state,
  draw)}</li>`;

const leave = (list, state, draw) => html`<h2>${t("leave.mine")}</h2>
  ${list.length === 0 && html`<p>${t("leave.none")}</p>`}
  <ul class="cards">${list.map((l) => away(l, state, draw))}</ul>
  <details><summary class="tap">${t("leave.new")}</summary>
    <p class="help">${t("leave.help")}</p>
    ${sheet({ prefix: "leave", isBusy: state.isBusy, button: t("leave.do"),
      fields: span("", null, true), send: (body) => state.act(draw,
        t("leave.done"), () => call("POST", "/v1/leave", body)) })}</details>`;

function body(state, draw) {
  const { duty } = state.data;
  const mine = duty.plan.filter((p) => p.on_duty.includes(me()));
  return html`<p>${duty.on_duty.length === 0
    ? html`<span class="level late">${t("duty.nobody")}</span>`
    : t("duty.now", { who: duty.on_duty.join(", ") })}</p>
    <h2>${t("duty.mine", { n: mine.length })}</h2>
    ${mine.length === 0 && html`<p>${t("duty.mine.none")}</p>`}
    <ul class="cards">${mine.map((p) => turn(p, state, draw))}</ul>
    ${swaps(duty.swaps, state, draw)}
    ${leave(duty.leave.filter((l) => l.login === me()), state, draw)}
    <h2>${t("duty.plan")}</h2>
    <ul class="cards">${duty.plan.map(planned)}</ul>`;
}

export const { page, open, close, mark, resume } =
  desk("duty.title", null, load, body);
