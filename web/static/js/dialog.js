// Openers show their <dialog> as a modal one; links that play buttons answer the space bar too.
addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("textarea, input:not([type=hidden]), select")?.focus();
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog?.open) {
    event.preventDefault();
    dialog.close();
  } else if (event.target instanceof HTMLDialogElement && event.target.open && !event.target.querySelector("form")) {
    event.target.close(); // A click on the backdrop; not where something may have been typed.
  }
});

addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});
