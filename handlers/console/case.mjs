// One case: its steps with the law behind them and the time that is left, what
// happened, notes.  Nothing identifying is fetched before it is asked for.
import { call } from "./api.mjs";
import { change, forgetCase, loadEvents, loadGate, path, shown }
  from "./case_file.mjs";
import { caseForms } from "./case_forms.mjs";
import { caseDocuments, loadDocuments, stopSending } from "./case_documents.mjs";
import { casePeople } from "./case_people.mjs";
import { caseRefer, forgetShares } from "./case_refer.mjs";
import { caseBars } from "./case_bars.mjs";
import { caseEnd } from "./case_end.mjs";
import { caseActs, ways } from "./case_acts.mjs";
import { cancelForm, clockRow, doneAt, isIssued, stepForm }
  from "./case_step.mjs";
import { html } from "./html.mjs";
import { attempt, live, refresh } from "./live.mjs";
import { language, t, word } from "./text.mjs";
import { dateTimeInput, heardAt, whenText } from "./time.mjs";
import { caseAssign } from "./case_assign.mjs";

const done = (clocks) => clocks.filter((k) => k.state !== "open")
  .sort((a, b) => Date.parse(b.ended_at) - Date.parse(a.ended_at));
const open = (clocks) => clocks.filter((k) => k.state === "open")
  .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));

// Never ahead of the daemon.  A paper is chosen from what the case holds.
async function start(clock, draw) {
  Object.assign(shown, { doing: clock.id, said: null,
    startAt: dateTimeInput(new Date(heardAt()).toISOString()) });
  if (isIssued(clock) && shown.documents === null)
    await attempt(loadDocuments).catch(() => {});
  draw();
  document.querySelector("form.step input")?.focus();
}

// What was not read again meanwhile is read now.
function stop(draw) {
  shown.doing = null;
  draw();
  refresh(true);
}

const stepItem = (k, draw) => shown.doing === k.id
  ? html`${clockRow(k)}${stepForm(k, {
    startAt: shown.startAt, isBusy: shown.isBusy, stop: () => stop(draw),
    send: (body) => change(draw, t("step.recorded"), () =>
      call("POST", path(doneAt(k)), body,
        { "If-Match": `"${shown.summary.version}"` })) })}`
  : html`${clockRow(k, () => start(k, draw))}
    ${ways(k, draw)}
    ${k.kind === "activity" && cancelForm(k, { isBusy: shown.isBusy,
      send: (body) => change(draw, t("activity.cancelled"), () =>
        call("POST", path(`/plan/activities/${k.item}`), body,
          { "If-Match": `"${shown.summary.version}"` })) })}`;

const steps = (clocks, draw) => html`
  <section aria-labelledby="steps">
    <h2 id="steps">${t("steps", { n: open(clocks).length })}</h2>
    <ul class="cards">${open(clocks).map((k) => html`<li key=${k.id}
      class="card">${stepItem(k, draw)}</li>`)}</ul>
    <details><summary class="tap">${t("steps.done",
      { n: done(clocks).length })}</summary>
      <ul class="cards">${done(clocks).map((k) => html`<li key=${k.id}
        class="card">${clockRow(k)}</li>`)}</ul></details>
  </section>`;

function eventText(e) {
  const name = word("event", e.act);
  const step = e.detail?.step ?? e.done?.step;
  const text = name === e.act ? t("event.other", { act: e.act }) : name;
  const of = live.steps[step];
  return of === undefined ? text : `${text}: ${of[`name_${language}`]}`;
}

async function more(draw) {
  await attempt(() => loadEvents(shown.next)).catch(() => {});
  draw();
}

const isSame = (a, b) => a !== undefined && a.act === b.act &&
  a.actor_id === b.actor_id && a.object_id === b.object_id;

// Who looks often at one thing takes one line of it: [event, how often].
function folded() {
  const lines = [];
  for (const e of shown.events) {
    const last = lines.at(-1);
    if (isSame(last?.[0], e))
      last[1] += 1;
    else
      lines.push([e, 1]);
  }
  return lines;
}

const eventLine = ([e, n]) => html`<li key=${e.seq}>
  <span class="help">${whenText(e.at)}</span> ${eventText(e)}${
  n > 1 && ` (${t("event.times", { n })})`}
  <span class="help"> · ${word("actor", e.actor_kind)}</span></li>`;

// The newest is on top.
const events = (draw) => html`
  <section aria-labelledby="events">
    <h2 id="events">${t("events")}</h2>
    <p class="help">${t("events.order")}</p>
    <ol class="events">${folded().map(eventLine)}</ol>
    ${shown.next !== null && html`<button type="button" class="plain"
      onClick=${() => more(draw)}>${t("more")}</button>`}
  </section>`;

function addNote(event, draw) {
  event.preventDefault();
  const { text } = event.target.elements;
  change(draw, t("note.kept"), async () => {
    await call("POST", path("/notes"), { text: text.value });
    event.target.reset();
  });
}

const noteForm = (draw) => html`
  <form class="sheet" onSubmit=${(e) => addNote(e, draw)}>
    <label for="note">${t("note")}</label>
    <textarea id="note" name="text" required maxlength="20000"></textarea>
    <button type="submit" disabled=${shown.isBusy}>${t("note.keep")}</button>
  </form>`;

const head = (c) => html`
  <dl class="facts">
    <dt>${t("incident")}</dt><dd>${c.incident}</dd>
    <dt>${t("case.state")}</dt><dd>${word("state", c.state)}</dd>
    <dt>${t("case.received")}</dt><dd>${whenText(c.received_at)}</dd>
    <dt>${t("case.holder")}</dt><dd>${c.assignee ?? t("nobody")}</dd>
  </dl>
  ${c.is_confidential && html`<p class="said">${t("case.confidential")}</p>`}`;

const body = (draw) => html`
  ${head(shown.summary)}
  ${caseAssign(draw)}
  ${steps(shown.summary.clocks, draw)}
  ${caseActs(draw)}
  ${casePeople(shown, draw)}
  ${caseForms(shown)}
  ${caseDocuments(draw)}
  ${caseRefer(draw)}
  ${caseEnd(draw, (k) => start(k, draw))}
  ${caseBars(draw)}
  <section aria-labelledby="write"><h2 id="write">${t("note.new")}</h2>
    ${noteForm(draw)}</section>
  ${events(draw)}`;

export const page = (draw, code) => html`
  <p><a class="tap" href="#/">${t("back")}</a></p>
  <h1 tabindex="-1">${t("case", { code })}</h1>
  <div id="said" role="status" tabindex="-1">${shown.said && html`
    <p class=${shown.isFault ? "fault" : "said"}>${shown.said}</p>`}</div>
  ${shown.missing && html`<p class="fault">${t("case.missing")}</p>`}
  ${shown.summary !== null && shown.summary.code === code && body(draw)}`;

export function close() {
  forgetCase();
  forgetShares();
  stopSending();
}

// The step that is being written down, and when it was begun.
export const mark = () => ({ doing: shown.doing, startAt: shown.startAt,
  hasGate: shown.gate !== null });

export async function resume({ doing, startAt, hasGate }, draw) {
  const clock = open(shown.summary?.clocks ?? []).find((k) => k.id === doing);
  if (hasGate)
    await attempt(loadGate).catch(() => {});
  if (clock !== undefined)
    await start(clock, draw);
  shown.startAt = startAt || shown.startAt;
}

export { openCase as open, reread } from "./case_file.mjs";
