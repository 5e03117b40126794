// #/push: alerts on this phone by Web Push.  Like every address of a member it
// counts when a second person has approved it and its code was typed here.
import { Problem, call } from "./api.mjs";
import { faultText } from "./case_file.mjs";
import { html } from "./html.mjs";
import { install } from "./install.mjs";
import { attempt, live } from "./live.mjs";
import { t } from "./text.mjs";
import { whenText } from "./time.mjs";

const empty = () => ({ key: null, worker: null, mine: null, addresses: [],
  isReady: false, isBusy: false, said: null, isFault: false });
const state = empty();
let redraw = () => {};

export const close = () => { Object.assign(state, empty()); };

// The server's key as subscribe() wants it, of base64url.
const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function readKey() {
  try {
    return await call("GET", "/v1/push");
  } catch (error) {
    if (error instanceof Problem && error.status === 404)
      return null; // the ward has no such channel
    throw error;
  }
}

async function load() {
  state.key = await readKey();
  state.worker = await install();
  state.mine = await state.worker?.pushManager?.getSubscription() ?? null;
  const { items } = await call("GET", "/v1/me/addresses");
  state.addresses = items.filter((a) => a.channel === state.key?.channel);
}

// work answers the key of what is said then, or done is.
async function act(done, work) {
  Object.assign(state, { isBusy: true, said: null });
  redraw();
  try {
    const made = await attempt(work);
    Object.assign(state, { said: t(made ?? done), isFault: false });
    await attempt(load);
  } catch (error) {
    Object.assign(state, { isFault: true, said: error instanceof DOMException
      ? t("push.refused") : faultText(error) });
  }
  state.isBusy = false;
  redraw();
  document.getElementById("said")?.focus();
}

async function subscribe() {
  if (await Notification.requestPermission() !== "granted")
    throw new DOMException("no permission", "NotAllowedError");
  const made = await state.worker.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: bytes(state.key.public_key) });
  const { endpoint, keys } = made.toJSON();
  const answer = await call("POST", "/v1/me/addresses", {
    channel: state.key.channel,
    address: `${keys.p256dh} ${keys.auth} ${endpoint}` });
  return answer.state === "pending" ? "push.asked" : "push.added";
}

// Of this browser is the address that ends as its endpoint does.
const isMine = (a) => state.mine !== null && a.hint !== "" &&
  state.mine.endpoint.endsWith(a.hint);

async function unsubscribe() {
  for (const a of state.addresses.filter(isMine))
    await call("DELETE", `/v1/me/addresses/${a.id}`);
  await state.mine.unsubscribe();
  return "push.removed";
}

const remove = (a) => act("push.removed", () => isMine(a)
  ? unsubscribe() : call("DELETE", `/v1/me/addresses/${a.id}`));

function verify(event, a) {
  event.preventDefault();
  const code = event.target.elements.code.value.trim().toUpperCase();
  act("push.verified", () =>
    call("POST", `/v1/me/addresses/${a.id}/verify`, { code }));
}

const codeForm = (a) => html`<form onSubmit=${(e) => verify(e, a)}>
  <label for=${`code-${a.id}`}>${t("push.code")}</label>
  <input id=${`code-${a.id}`} name="code" required maxlength="32"
    autocomplete="one-time-code" autocapitalize="characters" />
  <button type="submit" disabled=${state.isBusy}>${t("push.verify")}</button>
</form>`;

const item = (a) => html`<li class="card" key=${a.id}>
  <h2>${t(isMine(a) ? "push.this" : "push.other", { hint: a.hint })}</h2>
  <p>${a.is_verified ? t("push.is_on", { when: whenText(a.verified_at) })
    : t("push.is_off")}</p>
  ${!a.is_verified && codeForm(a)}
  <p><button type="button" class="plain" disabled=${state.isBusy}
    onClick=${() => remove(a)} aria-label=${t("push.remove_of",
    { hint: a.hint })}>${t("push.remove")}</button></p></li>`;

// Why it cannot be done here; null if it can.
function hindrance() {
  if (state.key === null)
    return t("push.no_channel");
  if (state.worker?.pushManager === undefined ||
      globalThis.Notification === undefined)
    return t("push.no_browser");
  return Notification.permission === "denied" ? t("push.denied") : null;
}

function begin() {
  const why = hindrance();
  if (why !== null)
    return html`<p class="said">${why}</p>`;
  if (state.addresses.some(isMine))
    return null;
  // Subscribed, and no address of the member's: nobody approved it yet.
  return html`${state.mine !== null && html`<p class="said">${
    t("push.waiting")}</p>`}
    <p><button type="button" disabled=${state.isBusy} onClick=${() =>
    act("push.added", subscribe)}>${t(state.mine === null ? "push.begin"
    : "push.again")}</button></p>`;
}

export const page = () => html`
  <p><a class="tap" href="#/">${t("back")}</a></p>
  <h1 tabindex="-1">${t("push.title")}</h1>
  <p>${t("push.what")}</p>
  <div id="said" role="status" tabindex="-1">${state.said && html`
    <p class=${state.isFault ? "fault" : "said"}>${state.said}</p>`}</div>
  ${state.isReady ? begin() : html`<p>${t("starting")}</p>`}
  <ul class="cards">${state.addresses.map(item)}</ul>
  <p class="help">${t("push.install")}</p>`;

export async function open(_, draw) {
  redraw = draw;
  try {
    await attempt(load);
    state.isReady = live.me !== null;
  } catch (error) {
    Object.assign(state, { said: faultText(error), isFault: true });
  }
}
