// The pages: first the pattern of the address, then what draws it.  A page is
// {page(draw, part), open(part, draw), close(isEnd), reread()}; close forgets
// what was shown, at the end of the session all of it; reread, if there is one,
// asks again for the clocks that the page fetched by itself.  mark() tells which
// of its forms are open, if not all always are, and resume(mark, draw) opens them
// again after another login; isDraft: it keeps what is typed by itself.
import { closeHome, homePage, openHome } from "./home.mjs";
import { html } from "./html.mjs";
import { t } from "./text.mjs";

// A module that is fetched when its page is opened for the first time.
function later(file) {
  let made = null, failed = false;
  const wait = () => html`<h1 tabindex="-1">${t(failed ? "offline.page"
    : "starting")}</h1>`;
  return {
    page: (draw, part) => made === null ? wait() : made.page(draw, part),
    async open(part, draw) {
      try {
        made ??= await import(file);
        failed = false;
      } catch {
        failed = true;
        return;
      }
      await made.open(part, draw);
    },
    close: (isEnd) => made?.close(isEnd),
    reread: () => made?.reread?.(),
    mark: () => made?.mark?.(),
    resume: (mark, draw) => made?.resume?.(mark, draw),
    get isDraft() { return made?.isDraft; },
  };
}

const CASE = "#/case/([A-Z0-9-]{1,9}";
const home = { page: homePage, open: openHome, close: closeHome };
const pages = [
  [/^#\/lead$/, later("./lead.mjs")],
  [/^#\/approvals$/, later("./approvals.mjs")],
  [/^#\/admin$/, later("./admin.mjs")],
  [/^#?\/?$/, home],
  [new RegExp(`^${CASE})$`), later("./case.mjs")],
  [new RegExp(`^${CASE}/form/[1-7])$`), later("./form.mjs")],
  [new RegExp(`^${CASE}/print/[A-Za-z0-9]{1,8})$`), later("./print.mjs")],
  [/^#\/search$/, later("./search.mjs")],
  [/^#\/push$/, later("./push.mjs")],
  [/^#\/duty$/, later("./duty_mine.mjs")],
  [/^#\/ward$/, later("./ward.mjs")],
];

// The page of an address, and the part of the address that is its own.
export function pageAt(hash) {
  for (const [pattern, page] of pages) {
    const found = pattern.exec(hash);
    if (found !== null)
      return { page, part: found[1] };
  }
  return { page: home };
}

export const closeAll = () =>
  Promise.all(pages.map(([, page]) => page.close(true)));
