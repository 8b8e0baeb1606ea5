// Signing, paper by paper: a page counts as seen when its end was on screen with the page drawn; then 「다음」.
const reader = document.querySelector("[data-reader]");
const papers = [...reader.querySelectorAll("[data-paper]")];
const steps = [...reader.querySelectorAll("[data-step]")];

function mayGoOn(paper) {
  const seen = paper.querySelector("[data-seen]");
  return !seen || (seen.checked && paper.querySelector("[data-agree]").checked);
}

function renew(paper) {
  const next = paper.querySelector("[data-next]");
  if (!next) return;
  const ends = paper.querySelectorAll("[data-page-end]");
  const read = paper.querySelectorAll("[data-page-end][data-read]").length;
  const agree = paper.querySelector("[data-agree]");
  const seen = paper.querySelector("[data-seen]");
  if (read === ends.length) seen.checked = true;
  agree.disabled = !seen.checked;
  next.disabled = !mayGoOn(paper);
  paper.querySelector("[data-progress]").textContent = `${seen.checked ? ends.length : read} / ${ends.length}쪽 확인`;
}

function open(index, { focus = true } = {}) {
  papers.forEach((paper, i) => paper.toggleAttribute("data-open", i === index));
  steps.forEach((step, i) => {
    step.toggleAttribute("data-done", i < index);
    if (i === index) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  if (!focus) return;
  papers[index].querySelector("h2").focus({ preventScroll: true });
  reader.scrollIntoView({ block: "start" });
}

const watch = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    const image = target.parentElement.querySelector("img");
    const read = () => {
      target.dataset.read = "1";
      watch.unobserve(target);
      renew(target.closest("[data-paper]"));
    };
    if (image.complete && image.naturalWidth) read();
    else image.addEventListener("load", () => watch.unobserve(target) || watch.observe(target), { once: true });
  }
});

for (const [index, paper] of papers.entries()) {
  for (const end of paper.querySelectorAll("[data-page-end]")) watch.observe(end);
  const next = paper.querySelector("[data-next]");
  if (next) {
    next.hidden = false;
    next.addEventListener("click", () => open(index + 1));
  }
  paper.addEventListener("change", () => renew(paper));
  renew(paper);
}
reader.classList.add("stepped");
const waiting = papers.findIndex((paper) => !mayGoOn(paper));
open(waiting < 0 ? papers.length - 1 : waiting, { focus: false });
