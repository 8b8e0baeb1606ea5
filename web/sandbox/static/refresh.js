// Asks for the page again every few seconds and takes over its main part when it changed; nothing typed is lost.
const main = document.querySelector("main[data-refresh]");

async function refresh() {
  if (document.hidden || main.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main[data-refresh]");
  const known = new Set([...main.querySelectorAll("li[id]")].map((line) => line.id));
  if (!fresh || fresh.textContent === main.textContent) return;
  for (const line of fresh.querySelectorAll("li[id]")) line.classList.toggle("new", !known.has(line.id));
  main.replaceChildren(...fresh.childNodes);
}

if (main) setInterval(refresh, Number(main.dataset.refresh) * 1000);
