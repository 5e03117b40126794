// The words of the pages: vi.json and en.json.  Vietnamese unless switched.
export const LANGUAGES = ["vi", "en"];
const KEPT = "language";
let words = {};
export let language = "vi";

function kept() {
  const found = localStorage.getItem(KEPT);
  return LANGUAGES.includes(found) ? found : "vi";
}

const wordsOf = async (one) =>
  (await fetch(new URL(`./${one}.json`, import.meta.url))).json();

export async function speak(wanted = kept()) {
  words = await wordsOf(wanted);
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

// t("left", { time: "3 giờ" }): the text with {time} filled in.
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// As word() in one language, whatever the page is in.
export async function speakAlso(one) {
  const own = one === language ? words : await wordsOf(one);
  return (family, code) => own[`${family}.${code}`] ?? code;
}

// The word of a code that the contract fixes: t("role.lead"); the code itself
// if we have none.
export function word(family, code) {
  return words[`${family}.${code}`] ?? code;
}
