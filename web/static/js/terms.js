// 「모두 동의합니다」: only where scripts run; the boxes themselves decide.
for (const all of document.querySelectorAll("[data-check-all]")) {
  const boxes = [...all.closest("fieldset").querySelectorAll("ul input[type=checkbox]")];
  const master = all.querySelector("input");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    master.checked = ticked === boxes.length;
    master.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  master.addEventListener("change", () => {
    for (const box of boxes) box.checked = master.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
