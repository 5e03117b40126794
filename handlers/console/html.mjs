// Preact and htm as one thing: html`<p>${text}</p>`.  Text stays text.
import { h, render } from "/console/preact.mjs";
import htm from "/console/htm.mjs";

export const html = htm.bind(h);
export { render };
