// A running clock as words: which step, how urgent, what is left.
import { html } from "./html.mjs";
import { isFresh, live } from "./live.mjs";
import { language, t } from "./text.mjs";
import { now, span, urgency, whenText } from "./time.mjs";

const MARKS = { late: "■", soon: "▲", calm: "●" };

export function stepName(id) {
  const step = live.steps[id];
  return step === undefined ? id : step[`name_${language}`];
}

// Of an old clock only the hour is told, never what is left.
export function leftText(due) {
  if (!isFresh())
    return t("due_at", { when: whenText(due) });
  const left = Date.parse(due) - now();
  return t(left <= 0 ? "over" : "left", { time: span(left) });
}

export function level(clock) {
  const of = isFresh() ? urgency(clock) : "old";
  return html`<span class=${`level ${of}`}><span aria-hidden="true">${
    MARKS[of] ?? "?"}</span> ${t(`level.${of}`)}</span>`;
}
