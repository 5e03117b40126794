// /refer: a notification through a create-only link or a login, its receipt,
// its state.
import { bodyOf, fieldAt, fields, wording } from "./refer_form.mjs";
import { beforeLeaving, button, draw, el, fill, keep, kept, leave, main,
  redraw, switchLanguage, t, turnTo } from "./refer_page.mjs";
import { look, RECEIPT, receiptView } from "./refer_receipt.mjs";
import { call, newKey, sendUntilAnswered } from "./refer_send.mjs";

const DRAFT = "refer.draft";

const said = { who: "", safe: "", values: {}, confidential: false };
const session = { csrf: "", name: "", agency: "" };
let keeps = false;
let unheard = null; // {key, body, sender} of what no answer came to
let ahead = 0; // of this device's clock, in ms, the server's is

const keepDraft = (more = {}) => keeps && keep(DRAFT, { said, ...more });

// ---- The form ----

function remember(id, value) {
  said.values[id] = value;
  keepDraft();
}

function choices(f, type) {
  const has = (word) => [].concat(said.values[f.id] ?? []).includes(word);
  return f.words.map((word) => el("label", { class: "choice" },
    el("input", { type, name: f.id, value: word, checked: has(word),
      onchange: () => {
        const on = [...document.getElementsByName(f.id)]
          .filter((i) => i.checked).map((i) => i.value);
        remember(f.id, type === "radio" ? on[0] : on);
      } }), el("span", {}, t()[f.prefix + word])));
}

function control(f, more) {
  const value = said.values[f.id] ?? "";
  const common = { id: f.id, name: f.id, autocomplete: "off", ...more,
    oninput: (e) => remember(f.id, e.target.value.trim()) };
  if (f.kind === "area") {
    const area = el("textarea", { ...common, maxlength: f.max,
      class: f.wide ? "story" : undefined });
    area.value = value;
    return area;
  }
  if (f.kind === "select")
    return el("select", { ...common, onchange: common.oninput },
      ...f.words.map((word) => el("option", { value: word,
        selected: word === value }, t()[f.prefix + word] ?? t().choose)));
  const types = { number: "number", phone: "tel", line: "text",
    date: "date" };
  const limits = f.kind === "number"
    ? { min: 0, max: f.max, inputmode: "numeric" } : { maxlength: f.max };
  return el("input", { ...common, ...limits, type: types[f.kind], value });
}

function fieldOf(f, faults) {
  if (f.for && f.for !== said.who) return null;
  const label = wording(t(), f.label ?? f.head, said.who);
  const hint = f.hint && wording(t(), f.hint, said.who);
  if (f.head) return el("div", {}, el("h2", {}, label),
    f.for === "other" || f.hint === "optional"
      ? el("p", { class: "hint" }, hint) : null);
  const fault = faults.get(f.id);
  const note = fault && el("p", { class: "fault", id: `${f.id}-fault` }, fault);
  if (f.kind === "radio" || f.kind === "checks")
    return el("fieldset", {}, el("legend", {}, label), note || null,
      ...choices(f, f.kind === "radio" ? "radio" : "checkbox"));
  const about = [hint && `${f.id}-hint`, fault && `${f.id}-fault`]
    .filter(Boolean).join(" ");
  return el("div", {}, el("label", { for: f.id, class: "label" }, label),
    hint ? el("p", { class: "hint", id: `${f.id}-hint` }, hint) : null,
    note || null, control(f, { "aria-describedby": about || undefined,
      "aria-invalid": fault ? "true" : undefined }));
}

function furtherFields(faults) {
  const rows = fields.filter((f) => f.more && f.for === said.who);
  const isOpen = rows.some((f) => said.values[f.id] || faults.has(f.id));
  return rows.length > 0 && el("details", { open: isOpen },
    el("summary", {}, t().further), ...rows.map((f) => fieldOf(f, faults)));
}

function question(name, words, label, onchoose) {
  return el("fieldset", {}, el("legend", {}, label),
    ...words.map((word) => el("label", { class: "choice" },
      el("input", { type: "radio", name, value: word,
        checked: said[name] === word, onchange: () => onchoose(word) }),
      el("span", {}, t()[`${name}_${word}`]))));
}

function choose(name, word) {
  said[name] = word;
  if (name === "who") said.confidential = word === "self";
  keepDraft();
  redraw();
  document.querySelector(`input[name=${name}]:checked`).focus();
}

function tick(label, value, onchange, hint) {
  return el("div", {}, el("label", { class: "choice" },
    el("input", { type: "checkbox", checked: value,
      onchange: (e) => onchange(e.target.checked) }), el("span", {}, label)),
  hint ? el("p", { class: "hint" }, hint) : null);
}

const formView = (faults = new Map(), notice = null) => () => {
  const isSelf = said.who === "self";
  return [
    notice && el("p", { class: "wrong", role: "alert" }, notice()),
    session.name ? el("p", { class: "note" },
      fill(t().signed_in, session)) : null,
    el("form", { novalidate: true, autocomplete: "off", onsubmit: submit },
      question("who", ["other", "self"], t().who, (w) => choose("who", w)),
      isSelf ? question("safe", ["yes", "unsure", "no"], t().safe,
        (w) => choose("safe", w)) : null,
      isSelf && said.safe === "no"
        ? el("p", { class: "danger", role: "alert" }, t().safe_no_now) : null,
      ...(said.who ? [
        ...fields.filter((f) => !f.more).map((f) => fieldOf(f, faults)),
        furtherFields(faults) || null,
        tick(wording(t(), "confidential", said.who), said.confidential, (on) => {
          said.confidential = on;
          keepDraft();
        }),
        tick(wording(t(), "keep", said.who), keeps, (on) => {
          keeps = on;
          if (on) keepDraft();
          else keep(DRAFT, null);
        }, t().keep_hint),
        el("p", { class: "buttons" }, el("button", { class: "main" },
          wording(t(), "send", said.who))),
      ] : [])),
  ];
};

// ---- Sending ----

const credentials = () => session.csrf
  ? { "X-CSRF-Token": session.csrf }
  : { Authorization: `Bearer ${linkKey()}` };

function submit(event) {
  event.preventDefault();
  if (!said.values.narrative && !said.values.place) {
    refuse(new Map([["narrative", t().need_story]]));
    return;
  }
  transmit(new Date(Date.now() + ahead));
}

function refuse(faults, notice = () => t().refused) {
  draw(formView(faults, notice));
  (main.querySelector("[aria-invalid]") ??
    main.querySelector(".wrong")).focus();
  main.querySelector(".wrong").scrollIntoView();
}

// A phone's clock may be wrong.  What this misses, the server's no tells.
async function setClock() {
  const answer = await call({ path: "/healthz" });
  const off = Date.parse(answer?.date) - Date.now();
  if (Math.abs(off) > 60000) ahead = off;
}

// Whose keys are one's own: those of a school's links, or a login's for it.
const sender = () => JSON.stringify(session.csrf
  ? [session.name, session.agency] : ["", linkKey().split("_")[1]]);

// draft: {key, body} to send as it is.  isMended: now is what the server says.
async function transmit(now, draft = null, isMended = false) {
  const body = draft?.body ?? JSON.stringify({ ...bodyOf(said, now),
    ...(session.csrf ? { on_behalf_of: session.agency } : {}) });
  const key = draft?.key ?? newKey();
  unheard = { key, body, sender: sender() };
  keepDraft(unheard);
  const hooks = waitingView();
  const answer = await sendUntilAnswered({ method: "POST",
    path: "/v1/referrals", body, headers: { ...credentials(),
      "Content-Type": "application/json", "Idempotency-Key": `"${key}"` } },
  hooks);
  judge(answer, !isMended);
}

function judge(answer, mayMend) {
  const errors = answer.json.errors ?? [];
  const late = errors.some((e) => e.pointer === "/source/received_at");
  // Or another tab of this browser has logged in since.
  if (session.csrf && (answer.status === 401 || answer.json.code === "csrf")) {
    session.csrf = "";
    turnTo(loginView(() => t().session_over));
    return;
  }
  unheard = null;
  if (answer.status === 201) {
    keep(DRAFT, null);
    turnTo(receiptView(answer.json, said.who, () => start(true)));
  } else if (late && mayMend && answer.json.server_time) {
    transmit(new Date(answer.json.server_time), null, true);
  } else if (answer.status === 401) {
    refuse(new Map(), () => fill(t().over,
      { phone: answer.json.duty_phone ?? "111" }));
  } else if (errors.some((e) => e.pointer === "/on_behalf_of")) {
    turnTo(loginView(() => t().no_agency));
  } else {
    refuse(new Map(errors.map((e) => [fieldAt(e.pointer)?.id, e.detail])));
  }
}

function waitingView() {
  const note = el("p", { class: "wait", role: "status" }, t().sending);
  const left = el("p", { class: "hint", "aria-live": "off" });
  const hooks = {
    answer: undefined,
    left: (n) => {
      const wait = n < 120 ? fill(t().seconds, { n })
        : fill(t().minutes, { n: Math.ceil(n / 60) });
      if (hooks.answer?.status === 429)
        note.textContent = fill(t().too_many, { wait,
          phone: hooks.answer.json.duty_phone ?? "111" });
      left.textContent = fill(t().again_in, { wait });
      again.hidden = false;
    },
    waiting: (answer) => {
      hooks.answer = answer;
      note.textContent = t().offline;
    },
    trying: () => {
      note.textContent = t().sending;
      left.textContent = "";
      again.hidden = true;
    },
    again: () => {},
  };
  const again = button(t().again, () => hooks.again(), { hidden: true });
  turnTo(() => [el("h2", {}, wording(t(), "send", said.who)), note, left,
    el("p", { class: "buttons" }, again)]);
  return hooks;
}

// ---- Without a link ----

const linkKey = () => {
  const hash = location.hash.slice(1);
  return hash.startsWith("hlf_") ? hash : "";
};

const loginView = (fault = null) => () => {
  const line = (id, type, value = "") => el("div", {},
    el("label", { for: id, class: "label" }, t()[id]),
    el("input", { id, type, value, autocomplete: "off" }));
  return [
    el("h2", {}, t().no_link),
    el("p", {}, t().no_link_login),
    fault ? el("p", { class: "wrong", role: "alert" }, fault()) : null,
    el("form", { onsubmit: login },
      line("login", "text", session.name), line("password", "password"),
      line("totp", "text"), line("agency", "text", session.agency),
      el("p", { class: "buttons" },
        el("button", { class: "main" }, t().sign_in))),
  ];
};

async function login(event) {
  event.preventDefault();
  const value = (id) => document.getElementById(id).value.trim();
  const body = { login: value("login"), password: value("password"),
    ...(value("totp") ? { totp: value("totp") } : {}) };
  const agency = value("agency");
  const answer = await call({ method: "POST", path: "/v1/session",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" } });
  if (answer?.status !== 201 && answer?.status !== 200) {
    draw(loginView(() => answer?.json.detail ?? t().wrong));
    return;
  }
  Object.assign(session, { csrf: answer.json.csrf, name: answer.json.login,
    agency });
  if (unheard?.sender === sender()) transmit(new Date(), unheard);
  else if (said.who) turnTo(formView());
  else start(false);
}

beforeLeaving(() => {
  if (session.csrf) fetch("/v1/session", { method: "DELETE", keepalive: true,
    headers: { "X-CSRF-Token": session.csrf } });
  Object.assign(session, { csrf: "", name: "", agency: "" });
});

// ---- Beginning ----

const draftView = (draft) => () => {
  const isSent = draft.key && draft.sender === sender();
  return [
    el("h2", {}, t().found),
    draft.key && !isSent ? el("p", { class: "note" }, t().maybe_there) : null,
    el("div", { class: "buttons" },
      button(t()[isSent ? "again" : "send"], () => {
        keeps = true;
        if (isSent) transmit(new Date(), draft);
        else turnTo(formView());
      }, { class: "main" }),
      button(t().drop, () => {
        keep(DRAFT, null);
        start(true);
      })),
  ];
};

// isNew: not with the receipt that was kept.
function start(isNew) {
  Object.assign(said, { who: "", safe: "", values: {}, confidential: false });
  keeps = false;
  unheard = null;
  const [kind, id, secret] = location.hash.slice(1).split(".");
  const draft = kept(DRAFT);
  if (kind === "r" && secret) {
    draw(() => []);
    look(id, secret, null);
  } else if (!linkKey() && !session.csrf) {
    const mine = kept(RECEIPT);
    if (mine && !isNew) look(mine.id, mine.secret, () => start(true));
    else draw(loginView());
  } else {
    Object.assign(said, draft?.said);
    turnTo(draft ? draftView(draft) : formView());
    setClock();
  }
}

document.getElementById("exit").addEventListener("click", (e) => {
  e.preventDefault();
  leave();
});
document.getElementById("language").addEventListener("click", switchLanguage);
addEventListener("keydown", (e) => e.key === "Escape" && leave());
addEventListener("hashchange", () => start(true));
// Back to it from another page: what was typed is gone.
addEventListener("pageshow", (e) => e.persisted && start(true));
start(false);
