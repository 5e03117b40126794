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

export const onLeaf = (draw) => { redraw = draw; };
export const forgetLeaf = () => Object.assign(leaf, empty());
const path = (rest = "") => `/v1/cases/${encodeURIComponent(leaf.code)}${rest}`;

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

async function readActs(is) {
  const { items } = await all(path("/timeline?open=true&limit=500"), 10);
  leaf.act = lastAct(items, is);
  leaf.paper = leaf.act?.body.paper ?? null;
}

async function readForm() {
  const { form } = leaf;
  const found = await ifThere(() => call("GET", path(`/forms/${leaf.what}`)));
  leaf.text = found === null ? begin(form, leaf.whole, live.me)
    : Object.fromEntries(found.fields.map((f) => [f.name, f.text]));
  leaf.isDraft = found?.state !== "filed";
  leaf.filedAt = leaf.isDraft ? null : found.saved_at;
  if (form.step)
    await readActs((done) => done.kind === form.step);
  if (form.plan)
    leaf.plan = await ifThere(() => call("GET", path("/plan")));
}

export async function openLeaf(part) {
  const [code, , what] = part.split("/");
  forgetLeaf();
  Object.assign(leaf, { code, what, form: FORMS[what] ?? null });
  try {
    await attempt(async () => {
      leaf.whole = await call("GET", path());
      await (leaf.form === null ? readActs((done) => done.step === what)
        : readForm());
      leaf.missing = leaf.form === null && leaf.act === null;
    });
  } catch (error) {
    const isMissing = error instanceof Problem && [403, 404].includes(error.status);
    Object.assign(leaf, { missing: isMissing,
      said: isMissing ? null : faultText(error) });
  }
}

// D56 24.1: only if somebody chooses it, and says why.
export async function addInformant(reason) {
  Object.assign(leaf, { isBusy: true, said: null });
  redraw();
  try {
    await attempt(async () => {
      leaf.informants = (await call("POST", path("/informant"),
        { reason })).items;
    });
  } catch (error) {
    leaf.said = faultText(error);
  }
  leaf.isBusy = false;
  redraw();
}
