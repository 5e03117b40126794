// What the pages of leads, chairmen and admins share: the right to be there,
// what was fetched, and how the last act went.
import { faultText } from "./case_file.mjs";
import { html } from "./html.mjs";
import { attempt } from "./live.mjs";
import { hasRole } from "./menu.mjs";
import { sure } from "./sure.mjs";
import { t } from "./text.mjs";

const PAGE = 50;
const fresh = () => ({ data: null, said: null, isFault: false, isBusy: false,
  chosen: null, member: null, turns: null, sure: null, once: null,
  shown: PAGE });

// The button under lists that are longer than what is shown of them.
export const more = (state, draw, ...lists) => lists.some((list) =>
  list.length > state.shown) && html`<p><button type="button" class="plain"
    onClick=${() => { state.shown += PAGE; draw(); }}>${t("more")}</button></p>`;

// roles: whose it is; null: everybody's.  load() fetches what body(state, draw) shows; chosen, member, turns and once
// are the page's, sure is what it asks about before it does it.
export function desk(title, roles, load, body) {
  const state = fresh();
  const isMine = () => roles === null || hasRole(roles);
  let visit = 0; // what comes after the page was left is dropped

  async function look() {
    const mine = visit;
    const data = await load(state);
    if (mine === visit)
      state.data = data;
  }

  async function open() {
    if (isMine())
      await attempt(look).catch((error) => {
        Object.assign(state, { said: faultText(error), isFault: true });
      });
  }

  // Do something, say how it went, and look again.
  state.act = async (draw, done, work) => {
    const mine = visit;
    Object.assign(state, { isBusy: true, said: null });
    draw();
    try {
      const made = await attempt(work);
      Object.assign(state, { isFault: false,
        said: made?.change === undefined ? done : t("waits.said") });
      await attempt(look);
    } catch (error) {
      Object.assign(state, { said: faultText(error), isFault: true });
    }
    if (mine !== visit) {
      Object.assign(state, { said: null, once: null });
      return;
    }
    state.isBusy = false;
    draw();
    document.getElementById("said")?.focus();
  };

  const page = (draw) => html`
    ${roles === null && html`<p><a class="tap" href="#/">${t("back")}</a></p>`}
    <h1 tabindex="-1" class="no-print">${t(title)}</h1>
    <div id="said" role="status" tabindex="-1" class="no-print">${state.said && html`
      <p class=${state.isFault ? "fault" : "said"}>${state.said}</p>`}</div>
    ${!isMine() ? html`<p class="fault">${t("page.refused")}</p>`
      : state.data !== null && html`${body(state, draw)}
        ${sure(state, draw)}`}`;
  const close = () => {
    visit++;
    Object.assign(state, fresh());
  };
  // What is opened on the page, and so its forms.
  const mark = () => ({ chosen: state.chosen, member: state.member,
    turns: state.turns });
  async function resume(opened) {
    Object.assign(state, opened);
    await attempt(look).catch(() => {});
  }
  return { page, open, close, mark, resume };
}
