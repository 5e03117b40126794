// Preact and htm as one thing: html`<p>${text}</p>`.  Text stays text.
import { h, render } from "./preact.mjs";
import htm from "./htm.mjs";

export const html = htm.bind(h);
export { render };
