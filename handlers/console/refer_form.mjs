// The fields of the referral form (Mẫu 01 in plain words): one row each, from
// which the page, the body of POST /v1/referrals and the places of its faults
// are made.  for: "self" or "other", who sees it; else both do.  more: behind one
// touch.
const KINDS = ["violence", "sexual", "neglect", "abandonment", "exploitation",
  "trafficking", "other"];
const RELATIONS = ["", "parent", "carer", "kin", "teacher", "health", "police",
  "official", "other", "unknown"];

export const fields = [
  { id: "narrative", at: "/narrative", kind: "area", label: "story",
    hint: "story_hint", max: 20000, wide: true },
  { id: "abuse_kinds", at: "/abuse_kinds", kind: "checks", label: "kinds",
    words: KINDS, prefix: "kind_" },
  { id: "risk", at: "/risk", kind: "radio", label: "risk", for: "other",
    words: ["high", "medium", "low", "unknown"], prefix: "risk_" },
  { head: "child", hint: "optional" },
  { id: "place", at: "/children/0/place", kind: "area", label: "place",
    hint: "place_hint", max: 500 },
  { id: "name", at: "/children/0/name", kind: "line", label: "name",
    max: 200 },
  { id: "age", at: "/children/0/age", kind: "number", label: "age", max: 18 },
  { id: "sex", at: "/children/0/sex", kind: "select", label: "sex",
    words: ["", "female", "male"], prefix: "sex_" },
  { id: "condition", at: "/children/0/condition", kind: "area",
    label: "condition", for: "other", max: 4000 },
  { id: "contact_how", at: "/children/0/safe_contact/how", kind: "line",
    label: "contact", hint: "contact_hint", for: "self", max: 200 },
  { id: "contact_when", at: "/children/0/safe_contact/when", kind: "line",
    label: "contact_when", for: "self", max: 200 },
  { id: "contact_never", at: "/children/0/safe_contact/never", kind: "line",
    label: "contact_never", for: "self", max: 200 },
  { head: "alleged", hint: "optional" },
  { id: "relation", at: "/alleged/0/relation", kind: "select",
    label: "relation", words: RELATIONS, prefix: "relation_" },
  { id: "alleged_name", at: "/alleged/0/name", kind: "line",
    label: "alleged_name", max: 200 },
  { id: "actions", at: "/actions_taken", kind: "area", label: "actions",
    for: "other", max: 4000 },
  { head: "you", hint: "you_hint", for: "other" },
  { id: "your_name", at: "/informant/name", kind: "line", label: "your_name",
    for: "other", max: 200 },
  { id: "your_phone", at: "/informant/phone", kind: "phone",
    label: "your_phone", for: "other", max: 30 },
  ...[
    { id: "birth_date", at: "/children/0/birth_date", kind: "date",
      label: "birth_date" },
    { id: "expected_harm", at: "/children/0/expected_harm", kind: "area",
      label: "expected_harm", max: 4000 },
    { id: "father", at: "/children/0/father/name", kind: "line",
      label: "father", max: 200 },
    { id: "mother", at: "/children/0/mother/name", kind: "line",
      label: "mother", max: 200 },
    { id: "carer", at: "/children/0/carer/name", kind: "line", label: "carer",
      max: 200 },
    { id: "family", at: "/children/0/family", kind: "area", label: "family",
      max: 4000 },
    { id: "your_address", at: "/informant/address", kind: "line",
      label: "your_address", max: 200 },
    { id: "your_notes", at: "/informant/notes", kind: "area",
      label: "your_notes", max: 4000 },
  ].map((f) => ({ ...f, for: "other", more: true })),
];

// Set what a JSON pointer names; the steps that are numbers make lists.
function put(body, pointer, value) {
  const steps = pointer.slice(1).split("/");
  const last = steps.pop();
  let at = body;
  steps.forEach((step, i) => {
    const next = /^\d+$/.test(steps[i + 1] ?? last) ? [] : {};
    at = at[step] ??= next;
  });
  at[last] = value;
}

// What the fields say: {who, safe, values, confidential} -> the body.
export function bodyOf(said, now) {
  const body = { kind: "unknown",
    source: { channel: "web", received_at: now.toISOString() } };
  for (const f of fields) {
    const value = said.values[f.id];
    if (f.head || (f.for && f.for !== said.who) || value === undefined ||
        value === "" || value.length === 0) continue;
    put(body, f.at, f.kind === "number" ? Number(value) : value);
  }
  if (body.abuse_kinds) body.kind = "abused";
  if (body.alleged && !body.alleged[0].relation)
    body.alleged[0].relation = "unknown";
  if (said.who === "self")
    body.risk = { yes: "medium", no: "high" }[said.safe] ?? "unknown";
  if (said.confidential) body.confidential = true;
  return body;
}

// The field that a fault's pointer is about.
export function fieldAt(pointer) {
  return fields.find((f) => f.at && pointer.startsWith(f.at));
}

// "self" has words of its own for some of them.
export function wording(t, name, who) {
  return (who === "self" && t[`${name}_self`]) || t[name];
}
