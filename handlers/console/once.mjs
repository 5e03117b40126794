// What the server shows this one time: a password, a key, a link to print.
// Never kept: it is gone with the page, or with its button.
import { html } from "./html.mjs";
import { poster } from "./poster.mjs";
import { t } from "./text.mjs";

function forget(state, draw) {
  state.once = null;
  draw();
}

// state.once: {title, text}, or {title, link, name} for a sheet.
export const onceShown = (state, draw) => state.once && html`
  <section class="said" aria-labelledby="once"><h2 id="once" class="no-print">${
    state.once.title}</h2>
    <p class="no-print">${t("once.help")}</p>
    ${state.once.link ? poster(state.once.link, state.once.name)
      : html`<p class="told"><code>${state.once.text}</code></p>`}
    <p class="row no-print"><button type="button" onClick=${() => print()}>${
      t("once.print")}</button><button type="button" class="plain"
      onClick=${() => forget(state, draw)}>${t("once.forget")}</button></p>
  </section>`;
