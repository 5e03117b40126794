// Which pages a person's roles open.
import { html } from "./html.mjs";
import { live } from "./live.mjs";
import { t } from "./text.mjs";

export const DECIDERS = ["lead", "chairman", "vice_chairman"];
const links = [
  ["#/", null, "menu.home"],
  ["#/lead", DECIDERS, "menu.lead"],
  ["#/approvals", ["chairman", "vice_chairman"], "menu.approvals"],
  ["#/admin", ["admin"], "menu.admin"],
];

export function hasRole(roles) {
  const own = (live.me?.roles ?? "").split(" ");
  return roles.some((r) => own.includes(r));
}

// Nothing for who has one page only.
export function menu() {
  const mine = links.filter(([, roles]) => roles === null || hasRole(roles));
  return mine.length > 1 && html`<nav class="pages" aria-label=${t("menu.pages")}>
    ${mine.map(([to, , name]) => html`<a class="tap" href=${to}
      aria-current=${(location.hash || "#/") === to ? "page" : undefined}>${
      t(name)}</a>`)}</nav>`;
}
