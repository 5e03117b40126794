// Buttons of what cannot be taken back: each asks once more, and says what it
// will do.
import { html } from "./html.mjs";
import { t } from "./text.mjs";

// what: {name, of, help, go()}: the word on the button, whom or what it is
// about, what will be, and doing it.
export const risky = (what, state, draw) => html`
  <button type="button" class="plain" disabled=${state.isBusy}
    aria-haspopup="dialog" aria-label=${`${what.name}: ${what.of}`}
    onClick=${() => {
      state.sure = what;
      draw();
    }}>${what.name}</button>`;

// Once, when it is there: the focus is held in it, and Esc is "no".
function show(dialog) {
  if (dialog !== null && !dialog.open)
    dialog.showModal();
}

// Closed before it goes, so that the focus is back where it was.
function end(event, state) {
  event.target.closest("dialog").close();
  state.sure = null;
}

export const sure = (state, draw) => state.sure !== null && html`
  <dialog ref=${show} aria-labelledby="sure" aria-describedby="sure-help"
    onClose=${() => {
      state.sure = null;
      draw();
    }}>
    <h2 id="sure">${state.sure.name}: ${state.sure.of}?</h2>
    <p id="sure-help">${state.sure.help}</p>
    <div class="row">
      <button type="button" autofocus onClick=${(event) => {
        end(event, state);
        draw();
      }}>${t("sure.no")}</button>
      <button type="button" class="risky" onClick=${(event) => {
        const { go } = state.sure;
        end(event, state);
        go();
      }}>${t("sure.yes", { what: state.sure.name })}</button></div></dialog>`;
