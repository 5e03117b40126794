// The form that is being written.  It is kept by the daemon, sealed, and in
// the memory of this page: never in the phone's store.
import { Problem, call } from "./api.mjs";
import { faultText } from "./case_file.mjs";
import { fieldsOf, formOf } from "./forms.mjs";
import { hold, release } from "./hold.mjs";
import { attempt, live } from "./live.mjs";
import { t } from "./text.mjs";
import { now } from "./time.mjs";

// A draft is saved this long after the last key, and as often while somebody
// writes on and on.
const AFTER = 15000, MOST = 30000;
// The kinds of steps that an officer ends with a form.
const KINDS = ["assess", "review", "plan"];

const empty = () => ({ code: null, form: null, key: null, whole: null,
  version: 0, saved: null, text: {}, begun: {}, rows: 1, isDirty: false,
  isSending: false, isBusy: false, isStale: false, missing: false, said: null, isFault: false });
export const sheet = empty();
let timer = null, dirtySince = 0;
// Left without a connection or when the session ended: put back when its form
// is opened again.
let unsaved = null;
let redraw = () => {};

export const onSheet = (draw) => { redraw = draw; };
const path = (rest = "") => `/v1/cases/${encodeURIComponent(sheet.code)}${rest}`;
const formPath = () => path(`/forms/${sheet.key}`);

export function forgetSheet() {
  clearTimeout(timer);
  Object.assign(sheet, empty());
}

const filled = (fields) => Object.fromEntries(fields
  .filter((f) => f.text !== "").map((f) => [f.name, f.text]));

// What the case knows already is where an empty form begins.
export function begin(form, whole, me) {
  return filled(fieldsOf(form).filter((f) => f.of !== undefined)
    .map((f) => ({ name: f.name, text: String(f.of(whole, me) ?? "") })));
}

function countRows() {
  const numbers = Object.keys(sheet.text)
    .map((name) => Number(/^activities\.(\d+)\./.exec(name)?.[1] ?? 1));
  return Math.max(1, ...numbers);
}

function take(found) {
  const text = found === null ? { ...sheet.begun }
    : Object.fromEntries(found.fields.map((f) => [f.name, f.text]));
  Object.assign(sheet, { version: found?.version ?? 0, saved: found, text,
    isDirty: false, isStale: false });
  sheet.rows = countRows();
}

async function read() {
  const none = (error) => {
    if (error instanceof Problem && error.status === 404)
      return null;
    throw error;
  };
  return await call("GET", formPath()).catch(none);
}

async function putBack() {
  const { code, key } = sheet;
  const held = await release("form");
  if (held !== null)
    unsaved = { ...held, login: live.me?.login, isHeld: true };
  if (unsaved?.code !== code || unsaved.key !== key ||
      unsaved.login !== live.me?.login)
    return;
  Object.assign(sheet, { text: unsaved.text, version: unsaved.version,
    isDirty: true, isFault: !unsaved.isHeld,
    said: t(unsaved.isHeld ? "form.put_back_held" : "form.put_back") });
  sheet.rows = countRows();
  if (unsaved.isHeld)
    keepQuietly();
  unsaved = null;
}

const isThere = (code, key) => sheet.code === code && sheet.key === key;

export async function openSheet(part) {
  const [code, , n] = part.split("/");
  const key = `M0${n}`;
  forgetSheet();
  Object.assign(sheet, { code, form: formOf(n), key });
  try {
    await attempt(async () => {
      const whole = await call("GET", path());
      const found = isThere(code, key) ? await read() : null;
      if (!isThere(code, key)) // left meanwhile: it is another's screen
        return;
      Object.assign(sheet, { whole, begun: begin(sheet.form, whole, live.me) });
      take(found);
      await putBack();
    });
  } catch (error) {
    const missing = error instanceof Problem && [403, 404].includes(error.status);
    if (isThere(code, key))
      Object.assign(sheet, { missing, isFault: true,
        said: missing ? null : faultText(error) });
  }
}

export function write(name, text) {
  if (!sheet.isDirty)
    dirtySince = performance.now();
  sheet.text[name] = text;
  sheet.isDirty = true;
  sheet.said = null;
  clearTimeout(timer);
  timer = setTimeout(keepQuietly, Math.max(0, Math.min(AFTER,
    dirtySince + MOST - performance.now())));
  redraw();
}

// The phone is put away, and may sleep until the session is over.
export function keepNow() {
  clearTimeout(timer);
  if (sheet.isDirty)
    keepQuietly();
}

async function put(state) {
  const { code, text } = sheet;
  const fields = Object.entries(text).filter(([, v]) => v.trim() !== "")
    .map(([name, v]) => ({ name, text: v.trim() }));
  Object.assign(sheet, { isDirty: false, isSending: true });
  try {
    const made = await call("PUT", formPath(), { state, fields },
      { "If-Match": `"${sheet.version}"` });
    if (sheet.code === code)
      Object.assign(sheet, { version: made.version, saved: { state,
        author: live.me?.login, saved_at: new Date(now()).toISOString() } });
  } catch (error) {
    sheet.isDirty = sheet.code === code;
    throw error;
  } finally {
    sheet.isSending = false;
  }
}

// One after another: each wants the version that the one before made.
let running = Promise.resolve();
function inTurn(work) {
  running = running.catch(() => {}).then(() => attempt(work));
  return running;
}

// Of itself: nothing moves under the finger of who writes, unless it failed.
function keepQuietly() {
  inTurn(() => put("draft")).catch((error) => fail(error)).then(redraw);
}

function fail(error) {
  sheet.isStale = error instanceof Problem && error.status === 412;
  Object.assign(sheet, { isFault: true, said: sheet.isStale
    ? t("form.stale") : faultText(error) });
}

// Run what changes something, and say how it went.
async function act(done, work) {
  clearTimeout(timer);
  Object.assign(sheet, { isBusy: true, said: null });
  redraw();
  try {
    await inTurn(work);
    Object.assign(sheet, { said: done, isFault: false });
  } catch (error) {
    fail(error);
    throw error;
  } finally {
    sheet.isBusy = false;
    redraw();
  }
}

export const keep = () => act(t("form.kept"), () => put("draft"));

// Somebody else saved: theirs is shown, or mine goes on top of it.
export const reload = () => act(t("form.theirs"), async () => take(await read()));
export const insist = () => act(t("form.kept"), async () => {
  sheet.version = (await read())?.version ?? 0;
  sheet.isStale = false;
  await put("draft");
});

// The session ended by itself: what is not saved is sealed for the next one.
function seal(rest) {
  const open = sheet.isDirty || sheet.isSending ? rest : unsaved;
  return open === null ? null : hold("form", open);
}

// Saved when the page is left with something unsaved; after a logout nothing is
// kept, saved or not.
export function leaveSheet(isEnd) {
  const { code, key, text, version } = sheet;
  const rest = { code, key, text, version, login: live.me?.login };
  let end = null;
  if (live.me === null)
    end = seal(rest);
  else if (sheet.isDirty)
    end = put("draft").catch(() => {
      unsaved = isEnd ? null : rest;
    });
  if (isEnd)
    unsaved = null;
  forgetSheet();
  return end;
}

// ---- Filing ----

export const openSteps = () => (sheet.whole?.clocks ?? []).filter((k) =>
  k.state === "open" && live.steps[k.step]?.form === sheet.key &&
  KINDS.includes(k.kind));

const number = (f, text) => f.number ? Number(text) : text;

// What was written of the child and is not what the case says.
function mended() {
  const set = {};
  for (const f of fieldsOf(sheet.form).filter((one) => one.child)) {
    const text = (sheet.text[f.name] ?? "").trim();
    if (text !== "" && text !== (sheet.begun[f.name] ?? ""))
      set[f.child] = number(f, text);
  }
  return set;
}

async function mendChild() {
  const set = mended();
  const [child] = sheet.whole.children;
  if (child === undefined || Object.keys(set).length === 0)
    return;
  const made = await call("PATCH", path(), { child: child.id, set,
    reason: t("form.reason", { form: `Mẫu 0${sheet.form.number}` }) },
  { "If-Match": `"${sheet.whole.version}"` });
  sheet.whole.version = made.version;
  for (const f of fieldsOf(sheet.form).filter((one) => one.child in set))
    sheet.begun[f.name] = sheet.text[f.name].trim();
}

function rowsOf(f) {
  const one = (n) => Object.fromEntries(f.fields.map((c) => [c.name, number(c,
    (sheet.text[`${f.name}.${n}.${c.name}`] ?? "").trim())]));
  return Array.from({ length: sheet.rows }, (_, i) => one(i + 1));
}

function into(f) {
  if (f.kind === "rows")
    return rowsOf(f);
  const text = (sheet.text[f.name] ?? "").trim();
  if (f.kind === "check")
    return text === "" ? undefined : f.value;
  return text === "" ? undefined : text;
}

// What the step wants of the form: see into and mark of the table.
export function stepBody() {
  const body = {};
  const fields = fieldsOf(sheet.form);
  const items = fields.filter((f) => f.mark && sheet.text[f.name])
    .map((f) => ({ ...f.mark, mark: sheet.text[f.name] }));
  for (const f of fields.filter((one) => one.into))
    body[f.into] = into(f);
  return items.length > 0 ? { ...body, items } : body;
}

// step: the id of a step that is done with it, or "".
export const file = (step, actedAt) => act(
  t(step === "" ? "form.filed" : "form.filed_step"), async () => {
    await put("draft");
    await mendChild();
    if (step !== "") {
      const made = await call("POST", path(`/steps/${step}/done`),
        { acted_at: actedAt, ...stepBody() },
        { "If-Match": `"${sheet.whole.version}"` });
      Object.assign(sheet.whole, made.case);
    }
    await put("filed");
  });
