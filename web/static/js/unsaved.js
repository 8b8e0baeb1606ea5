// Asks before leaving a form that was changed and not sent.
const changed = new Set();

addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (form) changed.add(form);
});
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) changed.delete(event.target);
});
addEventListener("beforeunload", (event) => {
  const open = [...changed].some((form) => form.isConnected);
  if (open) event.preventDefault();
});
