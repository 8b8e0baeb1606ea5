// Keeps a draft while it is typed: some seconds after the last change, and says when it was saved.
const WAIT_MS = 4000;
const holder = document.querySelector("[data-autosave]");
const form = holder?.querySelector("form");
const words = holder?.querySelector("[data-saved]");
let timer = 0;
let leaving = false;
let running = null;

async function save() {
  const body = new FormData(form);
  const answer = await fetch(holder.dataset.autosave, { method: "POST", body }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told?.edit_version) {
    form.elements.edit_version.value = told.edit_version;
    words.textContent = `${told.saved_at} 자동 저장됨`;
  } else if (answer?.status === 409) {
    words.textContent = "다른 곳에서 초안이 바뀌어 자동 저장을 멈췄습니다.";
    leaving = true;
  } else {
    words.textContent = "아직 저장되지 않은 내용이 있습니다.";
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (!leaving && !form.dataset.sent) running = save().finally(() => { running = null; });
  }, WAIT_MS);
});
// A save on its way goes first: it gives the form its new version.
form?.addEventListener("submit", (event) => {
  leaving = true;
  clearTimeout(timer);
  if (!running) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  running.then(() => form.requestSubmit(event.submitter ?? undefined));
});
