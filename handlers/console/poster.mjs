// A create-only link as the sheet that a school puts up, on A4.  Papers are
// Vietnamese whatever language the page is in.
import { html } from "./html.mjs";
import { dateOf } from "./print_parts.mjs";
import { speakAlso, t } from "./text.mjs";

const QUIET = 4; // light modules around the code
let word = (family, code) => code;

export async function readyPoster() {
  word = await speakAlso("vi");
}

const row = (modules, y) => [...modules.matchAll(/1+/g)].map((run) =>
  `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${
    run[0].length}z`).join("");

// rows: of "0" and "1", as /v1 has them.
function picture(rows) {
  const n = rows.length + 2 * QUIET;
  return html`<svg class="qr" role="img" aria-label=${t("poster.qr")}
    viewBox=${`0 0 ${n} ${n}`} shape-rendering="crispEdges">
    <rect width=${n} height=${n} fill="#fff" />
    <path d=${rows.map(row).join("")} fill="#000" /></svg>`;
}

// Over at the first instant of the day after its last.
const lastDay = (at) => dateOf(new Date(Date.parse(at) - 1).toISOString());

const p = (name) => html`<p>${word("poster", name)}</p>`;

// link: what /v1 answered when it was made; name: of the agency.
export const poster = (link, name) => html`
  <article class="paper poster" lang="vi">
    <h2>${word("poster", "title")}</h2>
    <p><strong>${link.ward_name}</strong></p>
    <p class="poster-first">${word("poster", "first")}</p>
    ${p("how")}
    ${link.qr !== undefined && picture(link.qr)}
    <p><code>${link.url}</code></p>
    ${p("free")}
    <p>${word("poster", "until")} ${lastDay(link.not_after_at)}. ${
      word("poster", "phone")} <strong>${link.duty_phone}</strong>.</p>
    <p class="poster-of">${name}</p></article>`;
