// What was typed into the page and not sent.  It is taken when a session ends by
// itself and put back by the next one of the same member; read from what the
// page shows, so that a new form needs nothing for it.
const BOXES = "#main form " +
  ":is(input:not([type=file], [type=password]), select, textarea)";
let waiting = []; // while its forms are drawn again

const isTick = (e) => e.type === "checkbox";
const now = (e) => isTick(e) ? e.checked : e.value;

// As its form began.
function began(e) {
  if (isTick(e))
    return e.defaultChecked;
  if (e.tagName !== "SELECT")
    return e.defaultValue;
  const options = [...e.options];
  return (options.find((o) => o.defaultSelected) ?? options[0])?.value ?? "";
}

const isText = (e) => e.tagName === "TEXTAREA" || e.type === "text";

// [{id, is: what is there now, isText}], in the order of the page.
export const take = () => [...document.querySelectorAll(BOXES)]
  .filter((e) => e.id !== "" && now(e) !== began(e))
  .map((e) => ({ id: e.id, is: now(e), isText: isText(e) }));

// How many rows of a form's list are needed for what comes back.
export const rowsOf = (id) => 1 + Math.max(0, ...waiting
  .map((one) => one.id.startsWith(`${id}-`)
    ? Number.parseInt(one.id.slice(id.length + 1), 10) || 0 : 0));

function put(e, is) {
  if (isTick(e))
    e.checked = is;
  else
    e.value = is;
  // Some forms draw more of themselves then.
  for (const kind of ["input", "change"])
    e.dispatchEvent(new Event(kind, { bubbles: true }));
  for (let d = e.closest("details"); d !== null;
    d = d.parentElement.closest("details"))
    d.open = true;
}

// A text whose form is not there any more goes where notes are written.
function putElsewhere({ is, isText: words }) {
  const note = document.getElementById("note");
  if (words && note !== null)
    put(note, note.value === "" ? is : `${note.value}\n${is}`);
}

// show() draws the forms.
export async function putBack(typed, show) {
  waiting = typed;
  await show();
  waiting = [];
  const left = typed.filter((one) => {
    const e = document.getElementById(one.id);
    if (e !== null)
      put(e, one.is);
    return e === null;
  });
  left.forEach(putElsewhere);
}
