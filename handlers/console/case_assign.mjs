// Giving the case to somebody else, from its own page: for those who decide.
import { assign, assignForm, loads } from "./assign.mjs";
import { change, shown } from "./case_file.mjs";
import { html } from "./html.mjs";
import { DECIDERS, hasRole } from "./menu.mjs";
import { t } from "./text.mjs";

const state = { code: null, members: [] };

function begin(draw) {
  change(draw, t("assign.choose"), async () => {
    Object.assign(state, { code: shown.code, members: await loads() });
  });
}

const send = (draw, body) => change(draw, t("assign.done"), async () => {
  await assign(shown.code, body);
  state.code = null;
});

export const caseAssign = (draw) => hasRole(DECIDERS) && html`
  ${state.code === shown.code
    ? assignForm({ members: state.members, isBusy: shown.isBusy,
      send: (body) => send(draw, body) })
    : html`<p><button type="button" class="plain" disabled=${shown.isBusy}
      onClick=${() => begin(draw)}>${t("assign")}</button></p>`}`;
