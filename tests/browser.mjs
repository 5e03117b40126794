// A browser for test_console.py: one JSON command a line on stdin, one JSON
// answer a line on stdout.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { slowLine } from "./slow_line.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
  "best-practice"];
const [, , program] = process.argv;
const browser = await chromium.launch({ executablePath: program,
  args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const pages = {}, lines = {};

// Whatever a page does that it may not: errors, other hosts, broken policy.
function listen(page, faults, origin) {
  page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !m.text().startsWith("Failed to load resource"))
      faults.push(`console: ${m.text()}`);
  });
  page.on("request", (r) => {
    if (!r.url().startsWith(origin))
      faults.push(`other host: ${r.url()}`);
  });
  page.on("dialog", (d) => {
    faults.push(`dialog: ${d.message()}`);
    d.dismiss();
  });
}

// Everything to press is at least 44 px high, and 44 wide.
const small = () => [...document.querySelectorAll(
  "a,button,input,select,textarea,summary")]
  .filter((e) => {
    const box = e.getBoundingClientRect();
    const label = e.closest("label")?.getBoundingClientRect();
    const inside = getComputedStyle(e).display === "inline";
    return box.width > 0 && !inside && !e.classList.contains("skip") &&
      Math.min(Math.max(box.height, label?.height ?? 0),
        Math.max(box.width, label?.width ?? 0)) < 44;
  }).map((e) => e.outerHTML.slice(0, 120));

async function look(page) {
  const found = [];
  await page.evaluate(AXE_TEXT);
  const axe = await page.evaluate((values) =>
    globalThis.axe.run({ runOnly: { type: "tag", values } }), LEVELS);
  for (const v of axe.violations)
    found.push(`axe ${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(" ")
      .slice(0, 300)}`);
  for (const e of await page.evaluate(small))
    found.push(`smaller than 44 px: ${e}`);
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - innerWidth);
  if (wide > 0)
    found.push(`scrolls sideways by ${wide} px`);
  return found;
}

const { readFileSync } = await import("node:fs");
const AXE_TEXT = readFileSync(AXE, "utf-8");

const does = {
  async open({ name, url, width, height, first, grant = [] }) {
    const context = await browser.newContext({ viewport: { width, height },
      locale: "vi-VN", reducedMotion: "reduce" });
    await context.grantPermissions(grant, { origin: new URL(url).origin });
    if (first)
      await context.addInitScript(first);
    const page = await context.newPage();
    const faults = [];
    page.setDefaultTimeout(20000);
    listen(page, faults, new URL(url).origin);
    pages[name] = { context, page, faults };
    const start = Date.now();
    await page.goto(url);
    await page.locator("h1").waitFor();
    return Date.now() - start;
  },
  async reload(p, { at }) {
    await p.page.reload({ waitUntil: "commit" });
    await p.page.locator(at).first().waitFor();
  },
  // The port of a slow line to another one, for visits.
  async line(_, { to, trips, ...speed }) {
    lines[to] ??= await slowLine(to, trips, speed);
    return lines[to].port;
  },
  // A phone that was put away is taken out again: milliseconds from the tap on
  // the icon until something is there and the page answers.  isFirst: nothing is
  // kept of it but the login.
  async visit({ context, page }, { url, at, isFirst, to }) {
    const used = isFirst ? await browser.newContext({ viewport:
      page.viewportSize(), locale: "vi-VN", reducedMotion: "reduce",
    storageState: await context.storageState() }) : context;
    if (!isFirst)
      await stopWorkers(context, page);
    lines[to].hangUp();
    const fresh = await used.newPage();
    await slowDown(used, fresh);
    await fresh.addInitScript(noteWhen, at);
    await fresh.goto(url, { waitUntil: "commit" });
    await fresh.waitForFunction(() => globalThis.answersAt !== undefined);
    const ms = await fresh.evaluate(() => globalThis.answersAt);
    await (isFirst ? used : fresh).close();
    return Math.round(ms);
  },
  // One more page with the same cookies.
  async tab({ context }, { name, url }) {
    const page = await context.newPage();
    const faults = [];
    page.setDefaultTimeout(20000);
    listen(page, faults, new URL(url).origin);
    pages[name] = { context: page, page, faults };
    await page.goto(url);
  },
  goto: (p, { url }) => p.page.goto(url).then(() => null),
  back: (p) => p.page.goBack().then(() => null),
  // A page of another host, which no test may ask for.
  stub: (p, { url, body }) => p.page.route(url, (r) =>
    r.fulfill({ contentType: "text/html", body })),
  resize: (p, size) => p.page.setViewportSize(size),
  fill: (p, { at, text }) => p.page.locator(at).fill(text),
  choose: (p, { at, text }) => p.page.locator(at).selectOption(text),
  check: (p, { at }) => p.page.locator(at).check(),
  click: (p, { at }) => p.page.locator(at).first().click(),
  type: (p, { text }) => p.page.keyboard.type(text),
  press: (p, { key }) => p.page.keyboard.press(key),
  wait: (p, { at }) => p.page.locator(at).first().waitFor(),
  gone: (p, { at }) => p.page.locator(at).first().waitFor({ state: "detached" }),
  text: (p, { at }) => p.page.locator(at).first().innerText(),
  count: (p, { at }) => p.page.locator(at).count(),
  run: (p, { code }) => p.page.evaluate(code),
  // A call that comes back refused.
  block: (p, { path }) => p.page.route(`**${path}`,
    (r) => r.fulfill({ status: 503, body: "" })).then(() => null),
  unblock: (p, { path }) => p.page.unroute(`**${path}`).then(() => null),
  // A call that waits for "go" on its way.
  async hold(p, { path }) {
    const gone = new Promise((ok) => { p.go = ok; });
    await p.page.route(`**${path}`, (r) => gone.then(() => r.continue()));
  },
  go: (p) => p.go(),
  // A call whose connection breaks so many times.
  async cut(p, { path, times }) {
    let left = times;
    await p.page.route(`**${path}`, (r) => left-- > 0 ? r.abort() : r.continue());
  },
  file: (p, { at, path }) => p.page.locator(at).setInputFiles(path),
  offline: (p, { on }) => p.context.setOffline(on),
  media: (p, { media }) => p.page.emulateMedia({ media }),
  look: (p) => look(p.page),
  content: (p) => p.page.content(),
  faults: (p) => p.faults.splice(0),
  shot: (p, { path }) => p.page.screenshot({ path, fullPage: true,
    caret: "initial" })
    .then(() => null),
  // One call of the devtools protocol; an answer with events of a name.
  async cdp(p, { method, params = {}, until }) {
    p.cdp ??= await p.context.newCDPSession(p.page);
    const came = until && new Promise((ok) => { p.cdp.once(until, ok); });
    const made = await p.cdp.send(method, params);
    return until ? await came : made;
  },
  pdf: (p, { path }) => p.page.pdf({ path, preferCSSPageSize: true })
    .then(() => null),
  close: (p) => p.context.close(),
};

// A quarter of the speed.  The line is slow by itself (slow_line.mjs): what the
// devtools slow down is a page's network, never that of its worker.
async function slowDown(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
}

async function stopWorkers(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await session.detach();
}

// In the page: since its first moment until it is drawn with that in it and has
// nothing to do before the next tap.
function noteWhen(at) {
  new MutationObserver((_, observer) => {
    if (document.querySelector(at) === null)
      return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      globalThis.answersAt = performance.now();
    }));
  }).observe(document, { childList: true, subtree: true });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { what, page, ...more } = JSON.parse(line);
  let answer;
  try {
    const made = what === "open" ? await does.open({ name: page, ...more })
      : await does[what](pages[page], more);
    answer = { ok: made ?? null };
  } catch (error) {
    answer = { error: String(error.message), faults: pages[page]?.faults,
      body: await pages[page]?.page.locator("body").innerText() };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
Object.values(lines).forEach((line) => line.close());
