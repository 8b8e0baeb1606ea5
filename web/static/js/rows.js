// Lists: tick all, count what is ticked, and a click anywhere in a row opens its document.
function boxes(form) {
  return [...form.querySelectorAll("tbody input[type=checkbox]")];
}

function count(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const words = form.querySelector("[data-selected]");
  if (words) words.textContent = ticked ? `${ticked}건 선택` : "";
  for (const button of form.querySelectorAll("[data-needs-selection]")) button.disabled = ticked === 0;
  const head = form.querySelector("[data-select-all]");
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
}

addEventListener("change", (event) => {
  const form = event.target.closest("[data-select]");
  if (!form || event.target.type !== "checkbox") return;
  if (event.target.matches("[data-select-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
  count(form);
});

addEventListener("click", (event) => {
  const row = event.target.closest(".rows tbody tr");
  const link = row?.querySelector("a.ref");
  if (!link || event.target.closest("a, button, input, label, summary")) return;
  if (event.button !== 0 || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
});

const start = () => document.querySelectorAll("[data-select]").forEach(count);
addEventListener("pageshow", start);
document.addEventListener("live:swapped", start);
start();
