// 품목 of a draft: picking one fills in what the house knows of it; a long list is searched while one types.
const list = document.getElementById("offer-goods");
const told = document.querySelector("[data-goods-filled]");
const WAIT_MS = 200;
let timer;

const isGoods = (input) => input.getAttribute?.("list") === "offer-goods";

/** What all offers of a name agree on; undefined where they differ. */
function agreed(offers, fact) {
  const values = new Set(offers.map((offer) => offer.dataset[fact] ?? ""));
  return values.size === 1 ? [...values][0] : undefined;
}

/** Never wipes out what a person typed with nothing: only what an earlier pick had put there. */
function put(input, value) {
  if (!input || value === undefined || (!value && input.value !== (input.dataset.filled ?? ""))) return;
  input.value = value;
  input.dataset.filled = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function fill(name) {
  const offers = [...list.options].filter((offer) => offer.value === name.value);
  if (!offers.length || name.dataset.picked === name.value) return;
  name.dataset.picked = name.value;
  const row = name.closest("[data-line]");
  for (const fact of ["category", "spec", "unit"]) put(row.querySelector(`[name$="-${fact}"]`), agreed(offers, fact));
  const serial = agreed(offers, "serial");
  const box = row.querySelector('input[type="checkbox"][name$="-needs_serial"]');
  if (box && serial !== undefined) box.checked = Boolean(serial);
  told.textContent = `${name.value}: 세분류, 세부스펙, 단위, S/N 여부를 채웠습니다.`;
}

async function search(name) {
  const answer = await fetch(`${list.dataset.goods}?q=${encodeURIComponent(name.value.trim())}`);
  if (answer.ok) list.innerHTML = await answer.text();
}

addEventListener("input", (event) => {
  if (!isGoods(event.target)) return;
  // A pick from the list is no typing.
  if (!event.inputType || event.inputType === "insertReplacementText") fill(event.target);
  if (!list.dataset.goods) return;
  clearTimeout(timer);
  timer = setTimeout(search, WAIT_MS, event.target);
});
addEventListener("change", (event) => {
  if (isGoods(event.target)) fill(event.target);
});
