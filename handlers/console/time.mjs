// Time by the daemon's clock, and how a Vietnamese reads it.
import { language, t } from "./text.mjs";

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
// Older than this, what is shown is called old.
export const STALE = 60000;
const ZONE = "Asia/Ho_Chi_Minh";
// Daemon's time less ours; when we asked last, by both clocks of the phone.
let ahead = 0, asked = { wall: 0, steady: 0 };

export function heard(now) {
  asked = { wall: Date.now(), steady: performance.now() };
  ahead = Date.parse(now) - asked.wall;
}

export function now() {
  return Date.now() + ahead;
}

export function heardAt() {
  return asked.wall + ahead;
}

// Asleep, set by hand or long unanswered: nothing is known of the present.
export function isStale() {
  const wall = Date.now() - asked.wall;
  const steady = performance.now() - asked.steady;
  return wall > STALE || Math.abs(wall - steady) > 5000;
}

// "2 ngày 3 giờ", "3 giờ 5 phút", "4 phút 9 giây": the two largest units.
export function span(ms) {
  const left = Math.abs(ms);
  const parts = [
    [Math.floor(left / DAY), "days"],
    [Math.floor(left / HOUR) % 24, "hours"],
    [Math.floor(left / MINUTE) % 60, "minutes"],
    [Math.floor(left / 1000) % 60, "seconds"],
  ];
  const first = Math.max(0, parts.findIndex(([n]) => n > 0));
  const from = left < 1000 ? 3 : first;
  return parts.slice(from, from + 2)
    .filter(([n], i) => i === 0 || n > 0)
    .map(([n, unit]) => t(unit, { n })).join(" ");
}

// Made once for each language: to make one takes longer than a whole page.
function format(options) {
  const made = {};
  return (at) => {
    made[language] ??= new Intl.DateTimeFormat(language === "vi" ? "vi-VN"
      : "en-GB", { timeZone: ZONE, ...options });
    return made[language].format(new Date(at));
  };
}

export const clockText = format({ hour: "2-digit", minute: "2-digit",
  hour12: false });
export const dayText = format({ weekday: "long", day: "2-digit",
  month: "2-digit", year: "numeric" });

// "14:05, thứ Ba, 24/11/2026"
export function whenText(at) {
  return `${clockText(at)}, ${dayText(at)}`;
}

// "late", "soon" (a quarter of the time or an hour is left) or "calm".
export function urgency(clock, at = now()) {
  const due = Date.parse(clock.due_at);
  const whole = due - Date.parse(clock.start_at ?? clock.due_at);
  if (due <= at)
    return "late";
  return due - at <= Math.max(HOUR, whole / 4) ? "soon" : "calm";
}

// An instant as an input of this country's time wants it: "2026-11-24T14:05".
export function dateTimeInput(at) {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? ""
    : new Date(ms + 7 * HOUR).toISOString().slice(0, 16);
}
