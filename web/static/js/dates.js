// Date fields read 2026.11.22 while they rest, whatever language the browser speaks; focused, they are the browser's own.
function show(input) {
  // Half a date has no value yet: then the browser's own words stay.
  if (input.validity.badInput) delete input.dataset.shown;
  else input.dataset.shown = input.value ? input.value.replaceAll("-", ".") : "연.월.일";
  input.toggleAttribute("data-unset", !input.value);
}

function all() {
  document.querySelectorAll('input[type="date"]').forEach(show);
}

all();
document.addEventListener("live:swapped", all);
for (const kind of ["input", "change", "focusout"]) {
  document.addEventListener(kind, (event) => event.target.matches('input[type="date"]') && show(event.target));
}
addEventListener("reset", () => setTimeout(all));
// Rows that are added while the page is open.
new MutationObserver(all).observe(document.querySelector("main"), { childList: true, subtree: true });
