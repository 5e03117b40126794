// Conflicts of interest: stepping back from a case; for those who decide, who
// is kept away from it, what they saw before, and letting a namesake in again.
import { call } from "./api.mjs";
import { ask, change, path, shown } from "./case_file.mjs";
import { sheet } from "./fields.mjs";
import { html } from "./html.mjs";
import { live } from "./live.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { t, word } from "./text.mjs";
import { whenText } from "./time.mjs";

const load = () => ask("/bars", ({ items }) => { shown.bars = items; });

const act = (draw, done, work) => change(draw, done, async () => {
  await work();
  await load();
});

const earlier = (b) => html`<details><summary class="tap">${
  t("bar.earlier", { n: b.earlier.length })}</summary>
  <ul class="events">${b.earlier.map((e) => html`<li><span class="help">${
    whenText(e.happened_at)}</span> ${word("event", e.act)}</li>`)}</ul>
  </details>`;

const isMine = (b) => b.clearings.some((c) => c.member === live.me.login);

const clear = (b, draw) => html`<p>${isMine(b)
  ? html`<span class="level soon">${t("bar.mine")}</span>`
  : html`<button type="button" class="plain" disabled=${shown.isBusy}
    aria-label=${`${t("bar.clear")}: ${b.member ?? b.agency}`}
    onClick=${() => act(draw, t("bar.cleared"), () => call("POST",
      path(`/bars/${b.id}/clear`), {}))}>${t("bar.clear")}</button>`}</p>`;

const bar = (b, draw) => html`<li class="card" key=${b.id}>
  <h3>${b.member ?? b.agency}</h3>
  <p>${t(`bar_state.${b.state}`)} · ${t(`bar_reason.${b.reason}`)}${
    b.ground ? ` · ${word("ground", b.ground)}` : ""}</p>
  <p class="help">${whenText(b.made_at)}</p>
  ${b.earlier.length > 0 && earlier(b)}
  ${b.state === "provisional" && clear(b, draw)}</li>`;

const list = (draw) => html`
  ${shown.bars.length === 0 && html`<p>${t("bar.none")}</p>`}
  <ul class="cards">${shown.bars.map((b) => bar(b, draw))}</ul>
  <details><summary class="tap">${t("bar.new")}</summary>
    ${[["member", 32], ["agency", 16]].map(([name, max]) => sheet({
      prefix: `bar-${name}`, isBusy: shown.isBusy, button: t("bar.do"),
      fields: [{ name, label: `bar.${name}`, required: true, max }],
      send: (body) => act(draw, t("bar.done"), () =>
        call("POST", path("/bars"), body)) }))}</details>`;

// Who has stepped back does not see the case any more.
function recuse(draw) {
  change(draw, t("recuse.done"), () => call("POST", path("/recuse"), {}));
}

export const caseBars = (draw) => html`
  <section aria-labelledby="bars"><h2 id="bars">${t("conflict")}</h2>
    <details><summary class="tap">${t("recuse")}</summary>
      <p>${t("recuse.help")}</p>
      <p><button type="button" disabled=${shown.isBusy}
        onClick=${() => recuse(draw)}>${t("recuse.do")}</button></p></details>
    ${hasRole(DECIDERS) && (shown.bars === null
      ? html`<p><button type="button" class="plain" disabled=${shown.isBusy}
        onClick=${() => change(draw, t("bar.read"), load)}>${
        t("bar.look")}</button></p>` : list(draw))}
  </section>`;
