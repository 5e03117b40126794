// The style sheet of papers, fetched by the pages that print.
export function printStyle() {
  if (document.getElementById("print-style") !== null)
    return;
  const link = document.createElement("link");
  Object.assign(link, { id: "print-style", rel: "stylesheet",
    href: new URL("./print.css", import.meta.url).href });
  document.head.append(link);
}
