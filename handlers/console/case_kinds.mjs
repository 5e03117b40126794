// What each kind of step asks for besides when it was done and a remark: one
// row a kind, as handlers/step_*.c read them.
import { paper } from "./paper.mjs";

const choice = (name, words, more = {}) =>
  ({ name, kind: "choice", words, ...more });
const long = (name, max, more = {}) => ({ name, kind: "long", max, ...more });
const yesNo = ["yes", "no"];

export const CALL = { name: "call", kind: "group", help: "call.help", fields: [
  { name: "who", max: 200 }, { name: "rank", max: 200 },
  { name: "number", max: 30 }, { name: "called_at", kind: "instant" },
  { name: "paper", max: 100 }] };
// What may come to light with any of these.
const facts = { name: "facts", kind: "more", fields: [
  choice("crime", yesNo), choice("sexual_evidence", yesNo),
  choice("residence", ["here", "elsewhere"]),
  choice("placement", ["yes", "no", "ended"])] };
const person = [
  choice("capacity", ["father", "mother", "carer", "kin", "resident", "team",
    "agency", "child", "other"], { required: true }),
  { name: "name", max: 200, required: true }, { name: "phone", max: 30 }];
const isolationEnd = [
  choice("decision", ["end", "extend", "cancel"], { required: true }),
  { name: "days", kind: "number", min: 1, help: "days.help" },
  { name: "competent", kind: "group", help: "competent.help", fields: [
    { name: "body", label: "competent.body", max: 200 },
    { name: "number", label: "competent.number", max: 100 },
    { name: "date", label: "competent.date", kind: "date" }] },
  long("reason", 4000)];

export const REASONS = ["no_risk", "founded", "unfounded", "unverifiable",
  "malicious", "misdirected", "transferred", "of_age", "died", "other"];
export const RISKS = ["high", "medium", "low"];
const OUTCOMES = ["in_progress", "protected", "plan_approved", "planned_again",
  "closing", "unfounded", "handed_on"];

export const KINDS = {
  record: [choice("verified", yesNo), facts],
  visit: [
    choice("place", ["home", "school", "shelter", "office", "phone", "other"],
      { required: true }),
    { name: "child_seen", kind: "check" }, long("findings", 20000), facts],
  file: [{ name: "reference", max: 100, required: true }],
  confirm: [CALL],
  connect: [CALL, facts],
  transfer: [CALL],
  conclude: [choice("emergency", yesNo), long("measures", 4000),
    long("reason", 4000)],
  meeting: [{ name: "invited", kind: "rows",
    fields: [...person, { name: "came", kind: "check" }] },
  long("minutes", 20000, { required: true })],
  send: [{ name: "recipients", kind: "rows",
    fields: [...person, { name: "despite", max: 1000, help: "despite.help" }] }],
  activity: [{ name: "result", kind: "long", max: 4000 }],
  feedback: [choice("outcome", OUTCOMES), CALL],
  close: [choice("next", ["close", "repeat"], { required: true }),
    choice("reason", REASONS, { family: "close_reason", label: "close_reason" }),
    { name: "no_more_risk", kind: "check" }, { name: "is_stable", kind: "check" },
    long("explanation", 4000)],
  paper: [],
  approve: [],
  isolate: [
    choice("decision", ["isolate", "not_needed"], { required: true }),
    { name: "days", kind: "number", min: 1 }, { name: "shelter", max: 500 },
    long("reason", 4000)],
  isolation_end: isolationEnd,
  isolation_term: isolationEnd,
  isolation_cancel: isolationEnd,
};

// Mẫu 01 to 07 are screens of their own; of another form, as of Mẫu 13 of a child
// in alternative care, the marks are copied item by item.
export const SCREEN = /^M0([1-7])$/;
const marks = { name: "items", kind: "rows", fields: [
  { name: "item", label: "items.item", max: 16, required: true,
    pattern: "[0-9a-zA-Z._\\-]+",
    how: "item.how" },
  choice("mark", RISKS, { family: "mark", required: true })] };
const assessed = (form) => SCREEN.test(form ?? "") ? undefined : [
  choice("risk", RISKS, { family: "risk", required: true }), ...(form ? [marks] : []),
  long("conclusion", 4000)];

// Clocks that end by what was answered to a referral, theirs to us or ours to
// another ward: POST .../referrals/{item}/answer.  always: what each answer says.
const answered = (family, words) => ({ fields: [
  choice("answer", words, { family, required: true }), long("reason", 500),
  CALL] });
const told = { always: { answer: "told" }, fields: [CALL] };
export const ANSWERS = {
  referral_answer: answered("answer.partner", ["accepted", "refused"]),
  referral_service: { always: { answer: "completed" }, fields: [
    long("outcome", 4000, { required: true, label: "answer.outcome" }), CALL] },
  referral_recall: told,
  transfer_answer: answered("answer.ward", ["accepted", "refused", "withdrawn"]),
  transfer_told: told,
};

// What it asks for when it is recorded as done; agreed to before, or said by
// word of mouth, it is done with its paper.
export function doneFields({ kind }, step, documents) {
  if (step?.needs_approval || kind === "paper")
    return [paper(documents)];
  return ["assess", "review"].includes(kind) ? assessed(step?.form)
    : KINDS[kind];
}
