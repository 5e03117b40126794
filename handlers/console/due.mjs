// A running clock as words: which step, how urgent, what is left.
import { html } from "./html.mjs";
import { isCurrent, live } from "./live.mjs";
import { language, t } from "./text.mjs";
import { now, span, urgency, whenText } from "./time.mjs";

const MARKS = { late: "■", soon: "▲", calm: "●" };

export function stepName(id) {
  const step = live.steps[id];
  return step === undefined ? id : step[`name_${language}`];
}

// Of an old clock only the hour is told, never what is left.
export function leftText(clock) {
  if (!isCurrent(clock))
    return t("due_at", { when: whenText(clock.due_at) });
  const left = Date.parse(clock.due_at) - now();
  return t(left <= 0 ? "over" : "left", { time: span(left) });
}

// "late", "soon", "calm" or "old".
export const levelOf = (clock) => isCurrent(clock) ? urgency(clock) : "old";

export function level(clock) {
  const of = levelOf(clock);
  return html`<span class=${`level ${of}`}><span aria-hidden="true">${
    MARKS[of] ?? "?"}</span> ${t(`level.${of}`)}</span>`;
}
