// Behaviours load only where the page has something for them; without this file every form still works.
const needs = [
  ["[data-dialog], dialog", "./dialog.js"],
  ["[data-money]", "./money.js"],
  ["form", "./once.js"],
  ["input", "./typing.js"],
  ['input[type="date"]', "./dates.js"],
  ["[data-unsaved]", "./unsaved.js"],
  ["[data-submit]", "./autosubmit.js"],
  ["[data-select], tr .ref", "./rows.js"],
  ["[data-live-url]", "./live.js"],
  ["[data-toast]", "./toast.js"],
  ["[data-session-seconds]", "./session.js"],
  ["input[data-limit-mb]", "./files.js"],
  ["[data-lines]", "./lines.js"],
  ["[data-goods]", "./goods.js"],
  ["[data-reader]", "./reader.js"],
  ["[data-pad]", "./pad.js"],
  ["[data-autosave]", "./autosave.js"],
  ["[data-countdown]", "./countdown.js"],
  ["input[data-reveal]", "./reveal.js"],
  ["[data-address]", "./address.js"],
  ["[data-check-all]", "./terms.js"],
];

for (const [selector, module] of needs) {
  if (document.querySelector(selector)) import(module);
}

document.querySelector("[data-focus]")?.focus();

// Menus made of <details> close on Escape and on a click elsewhere.
const menus = ".me[open], .menu[open], .drawer[open]";
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(menus)) {
    if (!menu.contains(event.target) || event.target === menu) menu.open = false;
  }
});
addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll(menus)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// The type comes after the first view; the cookie lets the next page have it from the start.
const late = document.querySelector("link[data-late]");
if (late) {
  const show = () => {
    late.media = "all";
    document.cookie = "fonts=1; path=/; max-age=31536000; samesite=lax";
  };
  const later = () => (window.requestIdleCallback || setTimeout)(show);
  if (document.readyState === "complete") later();
  else addEventListener("load", later);
}
