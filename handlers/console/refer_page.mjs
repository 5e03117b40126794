// What the views of /refer share: words, elements, what is shown, what is kept.
import { texts } from "./refer_texts.mjs";

export const main = document.getElementById("main");
const danger = document.getElementById("danger");
let language = "vi";
let shown = null; // draws the view that is on

export const t = () => texts[language];
export const fill = (text, values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// An element: attributes, on* listeners, children that are nodes or texts.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined)
      node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

export const button = (text, onclick, more = {}) =>
  el("button", { type: "button", onclick, ...more }, text);

export function draw(view) {
  shown = view;
  drawFrame();
  main.replaceChildren(danger, ...view().filter(Boolean));
}

// A view that says something new: what reads aloud begins there.
export function turnTo(view) {
  draw(view);
  const head = main.querySelector("h2");
  head?.setAttribute("tabindex", "-1");
  head?.focus();
  scrollTo(0, 0);
}

function drawFrame() {
  document.documentElement.lang = language;
  document.title = t().title;
  const [exit, other] = ["exit", "language"].map((id) =>
    document.getElementById(id));
  exit.textContent = t().exit;
  exit.title = t().exit_hint;
  other.textContent = t().other;
  other.lang = language === "vi" ? "en" : "vi";
  danger.replaceChildren(
    el("h1", {}, t().title),
    el("p", {}, el("strong", {}, t().danger), " ", t().danger_call),
    el("p", { class: "calls" }, ...["111", "113"].map((n) =>
      el("a", { href: `tel:${n}` }, `${t().call} ${n}`))));
}

const lastActs = [];
// Done when the page is left: a session ends.
export const beforeLeaving = (act) => lastActs.push(act);

export function leave() {
  for (const act of lastActs) act();
  main.replaceChildren();
  location.replace(document.getElementById("exit").href);
}

// ---- What stays on the device: only what was asked for ----

export const kept = (name) => {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
};
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch { /* a browser that keeps nothing */ }
}

export const redraw = () => draw(shown);

export function switchLanguage() {
  language = language === "vi" ? "en" : "vi";
  redraw();
}

const part = (at, look) => new Intl.DateTimeFormat(
  language === "vi" ? "vi-VN" : "en-GB",
  { timeZone: "Asia/Ho_Chi_Minh", ...look }).format(new Date(at));

// "14:05, Thứ Ba, 24/11/2026": in the ward's time, as the console writes it.
export const instant = (at) => [
  part(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  part(at, { weekday: "long", day: "2-digit", month: "2-digit",
    year: "numeric" })].join(", ");
