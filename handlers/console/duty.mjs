// The duty calendar of the weeks ahead, what nobody covers, and changing it.
import { call } from "./api.mjs";
import { memberWords } from "./assign.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { rotationPart } from "./rotation.mjs";
import { risky } from "./sure.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

export async function loadDuty() {
  const [duty, gaps] = await Promise.all([call("GET", "/v1/duty"),
    call("GET", "/v1/duty/gaps")]);
  return { ...duty, gaps: gaps.items };
}

export const from = (span) => t("span", { from: whenText(span.from_at),
  until: whenText(span.until_at) });

export const planned = (p) => html`<li class=${`card edge ${
  p.on_duty.length === 0 ? "late" : "calm"}`}>
  <h3>${p.on_duty.length === 0
    ? html`<span class="level late">${t("duty.nobody")}</span>`
    : p.on_duty.join(", ")}</h3>
  <p>${from(p)}</p></li>`;

// "outside:police", a role, or who a rung means by another word.
const whom = (who) => who.startsWith("outside:")
  ? t("rung.outside", { kind: word("agency", who.slice(8)) })
  : word("rung", word("role", who));

// Rungs that reach nobody at the same time for the same reason are one gap.
function together(gaps) {
  const found = new Map();
  for (const g of gaps) {
    const key = [g.from_at, g.until_at, ...g.who].join(" ");
    found.set(key, [...found.get(key) ?? [], g]);
  }
  return [...found.values()];
}

const gap = (list) => html`<li class="card edge late">
  <h4 class="level late">${t("gap")}</h4><p>${from(list[0])}</p>
  <p>${t("gap.of", { who: list[0].who.map(whom).join(", ") })}</p>
  <ul class="help events">${list.map((g) => html`<li>${t("gap.rung",
    { ladder: word("alert", g.ladder), rung: g.rung + 1 })}</li>`)}</ul></li>`;

export const swapPath = (id, rest = "") =>
  `/v1/duty/swaps/${encodeURIComponent(id)}${rest}`;

const back = (s) => s.back_from_at && html`<p>${t("swap.back_of", {
  from: whenText(s.back_from_at), until: whenText(s.back_until_at) })}</p>`;

// hows: the answers that whoever sees it may give; go(how): gives one.
export const swapCard = (s, hows, state, go) => html`<li class="card" key=${s.id}>
  <h3>${t("swap.of", { asker: s.asker, other: s.other })}</h3>
  <p>${from(s)}</p>${back(s)}<p class="help">${word("swap", s.state)}</p>
  ${s.state === "asked" && hows.length > 0 && html`<p class="row">${
    hows.map((how) => html`<button type="button" disabled=${state.isBusy}
      class=${how === "accept" ? "" : "plain"}
      aria-label=${`${t(`swap.${how}`)}: ${s.asker}, ${s.other}`}
      onClick=${() => go(how)}>${t(`swap.${how}`)}</button>`)}</p>`}</li>`;

const swap = (s, state, draw) => swapCard(s, ["accept", "refuse"], state, (how) =>
  state.act(draw, t("kept"), () => call("POST", swapPath(s.id, `/${how}`), {})));

const override = (d, state, draw) => html`<li class="card" key=${d.id}>
  <h3>${t("override.of", { who: d.login })}</h3><p>${from(d)}</p>
  <p>${risky({ name: t("override.end"), of: `${d.login}, ${from(d)}`,
    help: t("override.end.help"), go: () => state.act(draw, t("kept"), () =>
      call("DELETE", `/v1/duty/${encodeURIComponent(d.id)}`)) }, state,
  draw)}</p></li>`;

const SPAN = [{ name: "from", kind: "instant", required: true },
  { name: "until", kind: "instant", required: true }];

function forms(state, draw) {
  const words = memberWords(state.data.members);
  const who = (name, label) => ({ name, label, kind: "choice", required: true,
    words });
  return html`
    <details><summary class="tap">${t("swap.new")}</summary>
      ${sheet({ prefix: "swap", isBusy: state.isBusy, button: t("swap.do"),
        fields: [who("member", "swap.from"), who("with", "swap.to"), ...SPAN],
        send: (body) => state.act(draw, t("swap.done"), () =>
          call("POST", "/v1/duty/swaps", body)) })}</details>
    <details><summary class="tap">${t("override.new")}</summary>
      ${sheet({ prefix: "duty", isBusy: state.isBusy, button: t("override.do"),
        fields: [who("member", "override.who"), ...SPAN],
        send: (body) => state.act(draw, t("kept"), () =>
          call("POST", "/v1/duty", body)) })}</details>`;
}

// state.data has {duty, members}.
export function dutyPart(state, draw) {
  const { duty } = state.data;
  // Whether or not a rung still reaches somebody else.
  const gaps = [...duty.plan.filter((p) => p.on_duty.length === 0).map(planned),
    ...together(duty.gaps).map(gap)];
  return html`<section aria-labelledby="duty"><h2 id="duty">${t("duty")}</h2>
    <p>${duty.on_duty.length === 0
      ? html`<span class="level late">${t("duty.nobody")}</span>`
      : t("duty.now", { who: duty.on_duty.join(", ") })}</p>
    <h3>${t("gaps", { n: gaps.length })}</h3>
    ${gaps.length === 0 && html`<p>${t("gaps.none")}</p>`}
    <ul class="cards">${gaps}</ul>
    <h3>${t("duty.plan")}</h3>
    <ul class="cards">${duty.plan.map(planned)}</ul>
    ${rotationPart(state, draw)}
    ${duty.swaps.length > 0 && html`<h3>${t("swaps")}</h3>
      <ul class="cards">${duty.swaps.map((s) => swap(s, state, draw))}</ul>`}
    ${duty.duty.length > 0 && html`<h3>${t("overrides")}</h3>
      <ul class="cards">${duty.duty.map((d) => override(d, state, draw))}</ul>`}
    ${duty.leave.length > 0 && html`<h3>${t("leave")}</h3>
      <ul class="cards">${duty.leave.map((l) => html`<li class="card">
        <h3>${l.login}</h3><p>${from(l)}</p></li>`)}</ul>`}
    ${forms(state, draw)}</section>`;
}
