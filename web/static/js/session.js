// Warns two minutes before the session is idle and extends it by one click; other tabs count as being here.
const WARN_S = 120;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("dongban-session") : null;
const length = Number(document.body.dataset.sessionSeconds);
const dialog = document.getElementById("session-end");
const rest = dialog.querySelector("[data-session-rest]");
let ends = Date.now() + length * 1000;

function renew(seconds) {
  ends = Date.now() + seconds * 1000;
  if (dialog.open) dialog.close();
}

function words(seconds) {
  return seconds >= 60 ? `${Math.floor(seconds / 60)}분 ${seconds % 60}초` : `${seconds}초`;
}

function look() {
  const left = Math.round((ends - Date.now()) / 1000);
  if (left > WARN_S) return;
  if (left <= 0) location.reload(); // The server decides; it leads to the log-in page and back.
  rest.textContent = words(Math.max(0, left));
  if (!dialog.open) dialog.showModal();
}

dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) return location.reload();
  renew(length);
  channel?.postMessage(length);
});

channel?.addEventListener("message", (event) => renew(event.data));
channel?.postMessage(length); // Loading this page was activity.
setInterval(look, 1000);
