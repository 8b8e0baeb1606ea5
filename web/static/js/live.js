// Follows a document: on an event the page is fetched again and its [data-live] regions are swapped, by name.
// Where typing or an open dialog is inside a region, that region waits.
const POLL_MS = 10000;
const GATHER_MS = 80;
const holder = document.querySelector("[data-live-url]");
let waiting = 0;
let polling = 0;

function busy(region) {
  const active = document.activeElement;
  const typed = region.contains(active) && active.matches("input:not([type=checkbox]), textarea, select");
  return typed || region.querySelector("dialog[open], details[open], :checked:not(option, [type=radio])");
}

function swap(fresh) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${CSS.escape(region.dataset.live)}"]`);
    if (!next || next.innerHTML === region.innerHTML || busy(region)) continue;
    const known = new Set([...region.querySelectorAll("li")].map((item) => item.textContent));
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && [...region.querySelectorAll("a, button, input")].indexOf(focused);
    region.className = next.className;
    region.replaceChildren(...next.childNodes);
    if (region.dataset.live === "timeline") {
      for (const item of region.querySelectorAll("li")) item.classList.toggle("new", !known.has(item.textContent));
    }
    if (focused) region.querySelectorAll("a, button, input")[place]?.focus();
  }
  const title = fresh.querySelector("title");
  if (title) document.title = title.textContent;
  document.dispatchEvent(new Event("live:swapped"));
}

async function refresh() {
  waiting = 0;
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } }).catch(() => null);
  if (answer?.redirected && new URL(answer.url).pathname !== location.pathname) return;
  if (answer?.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function soon() {
  if (!waiting) waiting = setTimeout(refresh, GATHER_MS);
}

function mark(off) {
  document.querySelector(".live-mark")?.toggleAttribute("data-off", off);
  if (off && !polling) polling = setInterval(() => !document.hidden && refresh(), POLL_MS);
  if (!off && polling) polling = void clearInterval(polling) || 0;
}

function listen() {
  const source = new EventSource(holder.dataset.liveUrl);
  let lost = false;
  source.onopen = () => {
    mark(false);
    if (lost) soon(); // Something may have happened in between.
    lost = false;
  };
  source.onmessage = soon;
  source.addEventListener("changed", soon);
  source.onerror = () => {
    lost = true;
    mark(true);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, POLL_MS);
  };
  addEventListener("pagehide", () => source.close(), { once: true });
}

listen();
