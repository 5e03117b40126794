// What a paper says: a form as it was saved, or the act of a step.
import { Problem, all, call } from "./api.mjs";
import { faultText } from "./case_file.mjs";
import { begin } from "./form_file.mjs";
import { FORMS } from "./forms.mjs";
import { attempt, live } from "./live.mjs";

const empty = () => ({ code: null, what: null, form: null, whole: null, text: {},
  filedAt: null, isDraft: false, act: null, paper: null, plan: null,
  informants: null, missing: false, said: null, isBusy: false });
export const leaf = empty();
let redraw = () => {};
// What is being fetched; of one that was left meanwhile nothing is shown.
let coming = null;

export const onLeaf = (draw) => { redraw = draw; };
export function forgetLeaf() {
  coming = null;
  Object.assign(leaf, empty());
}
const path = (of, rest = "") => `/v1/cases/${encodeURIComponent(of.code)}${rest}`;

async function ifThere(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.status === 404)
      return null;
    throw error;
  }
}

// Of all acts of such steps the last one; with papers first.
function lastAct(events, is) {
  const acts = events.filter((e) => e.done && e.body && is(e.done));
  return acts.filter((e) => e.body.paper).at(-1) ?? acts.at(-1) ?? null;
}

async function readActs(one, is) {
  const { items } = await all(path(one, "/timeline?open=true&limit=500"), 10);
  one.act = lastAct(items, is);
  one.paper = one.act?.body.paper ?? null;
}

async function readForm(one) {
  const { form } = one;
  const found = await ifThere(() => call("GET", path(one, `/forms/${one.what}`)));
  one.text = found === null ? begin(form, one.whole, live.me)
    : Object.fromEntries(found.fields.map((f) => [f.name, f.text]));
  one.isDraft = found?.state !== "filed";
  one.filedAt = one.isDraft ? null : found.saved_at;
  if (form.step)
    await readActs(one, (done) => done.kind === form.step);
  if (form.plan)
    one.plan = await ifThere(() => call("GET", path(one, "/plan")));
}

async function readLeaf(one) {
  one.whole = await call("GET", path(one));
  await (one.form === null ? readActs(one, (done) => done.step === one.what)
    : readForm(one));
  one.missing = one.form === null && one.act === null;
}

export async function openLeaf(part) {
  const [code, , what] = part.split("/");
  const one = { ...empty(), code, what, form: FORMS[what] ?? null };
  forgetLeaf();
  coming = one;
  Object.assign(leaf, one);
  try {
    await attempt(() => readLeaf(one));
  } catch (error) {
    one.missing = error instanceof Problem && [403, 404].includes(error.status);
    one.said = one.missing ? null : faultText(error);
  }
  if (coming === one)
    Object.assign(leaf, one);
}

// D56 24.1: only if somebody chooses it, and says why.
export async function addInformant(reason) {
  const { code } = leaf;
  Object.assign(leaf, { isBusy: true, said: null });
  redraw();
  try {
    const { items } = await attempt(() => call("POST", path(leaf, "/informant"),
      { reason }));
    if (leaf.code === code)
      leaf.informants = items;
  } catch (error) {
    leaf.said = faultText(error);
  }
  leaf.isBusy = false;
  redraw();
}
