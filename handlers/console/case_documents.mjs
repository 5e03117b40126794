// Papers and photographs of a case: sent in parts, so that a lost connection
// costs one part; what is missing is asked for and sent when it is back.
import { Offline, call } from "./api.mjs";
import { ask, change, faultText, path, shown } from "./case_file.mjs";
import { html } from "./html.mjs";
import { attempt } from "./live.mjs";
import { t } from "./text.mjs";
import { whenText } from "./time.mjs";

const TYPES = "application/pdf,image/jpeg,image/png,image/webp";
const MOST = 10 << 20;
const WAIT = 3000;
// One sending at a time: {code, id, title, done, parts, isWaiting, isOver}.
let sending = null;

const docs = (rest = "") => path(`/documents${rest}`);

export const loadDocuments = () => ask("/documents", ({ items }) => {
  shown.documents = items;
});

const digest = async (bytes) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0"))
  .join("");

async function putPart(at, number, bytes) {
  const said = btoa(String.fromCharCode(...await digest(bytes)));
  return call("PUT", `${at}/parts/${number}`, bytes,
    { "Content-Digest": `sha-256=:${said}:` });
}

// When the way is there again, or a moment later: the browser may not know.
const back = () => new Promise((resolve) => {
  const timer = setTimeout(resolve, WAIT);
  addEventListener("online", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});

// Until it works; only an answer that says no ends it.
async function insist(mine, draw, work) {
  for (;;) {
    if (mine.isOver)
      throw new DOMException("", "AbortError");
    try {
      const made = await work();
      mine.isWaiting = false;
      return made;
    } catch (error) {
      if (!(error instanceof Offline))
        throw error;
      mine.isWaiting = true;
      draw();
      await back();
    }
  }
}

// The one that broke off earlier, if this is the same file, or a new one.
async function begun(mine, draw, file, sha256) {
  const { items } = await insist(mine, draw, () => call("GET", mine.at));
  const same = items.find((d) => d.state === "open" && d.sha256 === sha256 &&
    d.size === file.size);
  return same ?? insist(mine, draw, () => call("POST", mine.at,
    { title: mine.title, size: file.size, sha256 }));
}

async function sendAll(mine, draw, file) {
  const bytes = await file.arrayBuffer();
  let d = await begun(mine, draw, file, hex(await digest(bytes)));
  const at = `${mine.at}/${d.id}`;
  Object.assign(mine, { id: d.id, parts: d.parts });
  while (d.state === "open") {
    d = await insist(mine, draw, () => call("GET", at));
    for (const n of d.missing ?? []) {
      mine.done = d.parts - d.missing.filter((m) => m >= n).length;
      draw();
      const part = bytes.slice((n - 1) * d.part_size, n * d.part_size);
      d = { ...await insist(mine, draw, () => putPart(at, n, part)),
        missing: d.missing };
    }
  }
}

function fault(draw, text) {
  Object.assign(shown, { said: text, isFault: true });
  draw();
  document.getElementById("said")?.focus();
}

function faultOf(file) {
  if (file === undefined)
    return "document.missing";
  if (file.size > MOST)
    return "document.large";
  return TYPES.split(",").includes(file.type) ? null : "document.type";
}

async function submit(event, draw) {
  event.preventDefault();
  const form = event.target;
  const file = form.elements.photo.files[0] ?? form.elements.file.files[0];
  const wrong = faultOf(file);
  if (wrong !== null) {
    fault(draw, t(wrong));
    return;
  }
  const mine = { code: shown.code, at: docs(), done: 0, parts: 1,
    title: form.elements.title.value.trim(), isWaiting: false, isOver: false };
  sending = mine;
  Object.assign(shown, { said: null });
  draw();
  try {
    await attempt(() => sendAll(mine, draw, file));
    form.reset();
    sending = null;
    await change(draw, t("document.kept"), loadDocuments);
  } catch (error) {
    sending = null;
    if (!mine.isOver)
      fault(draw, faultText(error));
  }
  draw();
}

async function stop(draw) {
  const { at, id } = sending;
  sending.isOver = true;
  sending = null;
  draw();
  if (id !== undefined)
    await attempt(() => call("DELETE", `${at}/${id}`)).catch(() => {});
}

// Nobody is logged in any more, or the case is another: nothing is sent on.
export function stopSending() {
  if (sending !== null)
    sending.isOver = true;
  sending = null;
}

const progress = (draw) => html`<div class="sheet" role="group"
    aria-label=${t("document.sending")}>
  <label for="sent">${t(sending.isWaiting ? "document.waiting"
    : "document.sending")}</label>
  <progress id="sent" max=${sending.parts} value=${sending.done}></progress>
  <p>${t("document.parts", { n: sending.done, all: sending.parts })}</p>
  <button type="button" class="plain" onClick=${() => stop(draw)}>${
    t("cancel")}</button></div>`;

const form = (draw) => html`
  <form class="sheet" hidden=${sending !== null}
      onSubmit=${(e) => submit(e, draw)}>
    <label for="title">${t("document.title")}</label>
    <input id="title" name="title" required maxlength="200" autocomplete="off" />
    <label for="photo">${t("document.photo")}</label>
    <input id="photo" name="photo" type="file" accept="image/*"
      capture="environment" aria-describedby="file-help" />
    <label for="file">${t("document.file")}</label>
    <input id="file" name="file" type="file" accept=${TYPES}
      aria-describedby="file-help" />
    <p id="file-help" class="help">${t("document.help")}</p>
    <button type="submit" disabled=${shown.isBusy}>${t("document.send")}</button>
  </form>`;

const sizeText = (n) => n < 1 << 20 ? `${Math.ceil(n / 1024)} kB`
  : `${(n / (1 << 20)).toFixed(1)} MB`;

const item = (d) => html`<li class="card" key=${d.id}>
  <h3>${d.title ?? t("document.erased")}</h3>
  <p class="help">${sizeText(d.size)} · ${d.member} · ${whenText(d.made_at)}</p>
  ${d.state === "whole" ? html`<p><a class="tap" download
      href=${docs(`/${d.id}/content`)} aria-label=${t("document.save_of",
        { title: d.title ?? "" })}>${t("document.save")}</a></p>`
    : html`<p>${t("document.open", { when: whenText(d.expires_at) })}</p>`}
</li>`;

const list = () => html`
  ${shown.documents.length === 0 && html`<p>${t("document.none")}</p>`}
  <ul class="cards">${shown.documents.map(item)}</ul>
  <p class="help">${t("document.stays")}</p>`;

export const caseDocuments = (draw) => html`
  <section aria-labelledby="documents">
    <h2 id="documents">${t("documents")}</h2>
    ${shown.documents === null
      ? html`<button type="button" class="plain" disabled=${shown.isBusy}
          onClick=${() => change(draw, t("document.read"), loadDocuments)}>${
          t("document.show")}</button>` : list()}
    ${sending !== null && sending.code === shown.code && progress(draw)}
    ${form(draw)}
  </section>`;
