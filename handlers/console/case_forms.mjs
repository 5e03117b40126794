// Of a case: its forms, to write and to print, and its decisions.
import { html } from "./html.mjs";
import { stepName } from "./due.mjs";
import { t } from "./text.mjs";

const FORMS = [1, 2, 3, 4, 5, 6, 7];
// Kinds of steps that leave a paper besides the forms.
const PAPERS = ["conclude", "isolation_end", "isolation_term",
  "isolation_cancel", "meeting"];

const formItem = (code, n) => html`<li class="card" key=${n}>
  <h3>${t(`form.name${n}`)}</h3>
  <p class="row"><a class="tap" href=${`#/case/${code}/form/${n}`}
    aria-label=${t("form.write_of", { form: t(`form.name${n}`) })}>${
    t("form.write")}</a>
    <a class="tap" href=${`#/case/${code}/print/M0${n}`}
      aria-label=${t("form.print_of", { form: t(`form.name${n}`) })}>${
      t("form.print")}</a></p></li>`;

const paper = (code, step) => html`<li key=${step}><a class="tap"
  href=${`#/case/${code}/print/${step}`}>${
  t("form.print_of", { form: stepName(step) })}</a></li>`;

export function caseForms({ code, summary }) {
  const steps = [...new Set(summary.clocks.filter((k) => k.state === "done" &&
    PAPERS.includes(k.kind)).map((k) => k.step))].sort();
  return html`<section aria-labelledby="forms"><h2 id="forms">${
    t("forms")}</h2>
    <p class="help">${t("forms.help")}</p>
    <details><summary class="tap">${t("forms.all")}</summary>
      <ul class="cards">${FORMS.map((n) => formItem(code, n))}</ul></details>
    ${steps.length > 0 && html`<ul>${steps.map((s) => paper(code, s))}</ul>`}
  </section>`;
}
