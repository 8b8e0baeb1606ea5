// A form posts once: after the first submit its buttons rest until the page changes (or comes back from history).
const RETRY_MS = 15000;

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const pressed = event.submitter;
  // Disabled only after the browser has read the form: a disabled button's own value would not be sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    if (pressed) pressed.dataset.busy = "1";
  });
  // The server knows the request id, so trying again after a lost answer is the same click.
  setTimeout(() => release(form), RETRY_MS);
});

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.disabled = false;
    delete button.dataset.busy;
  }
}

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("[data-sent]").forEach(release);
});
