// Groups won while typing and says the amount in Hangul (as models/kernel/hangul_amount.py does).
const DIGITS = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const PLACES = ["", "십", "백", "천"];
const GROUPS = ["", "만", "억", "조", "경"];

export function hangul(digits) {
  const text = digits.replace(/^0+(?=\d)/, "");
  if (!text) return "";
  if (text === "0") return "금 영 원";
  let words = "";
  for (let end = text.length, group = 0; end > 0; end -= 4, group += 1) {
    const part = text.slice(Math.max(0, end - 4), end);
    const said = [...part].map((d, i) => (d === "0" ? "" : DIGITS[d] + PLACES[part.length - 1 - i])).join("");
    if (said) words = said + GROUPS[group] + words;
  }
  return `금 ${words} 원`;
}

function plain(text) {
  return text.normalize("NFKC").replace(/[^0-9]/g, "").slice(0, 19);
}

function regroup(input) {
  const before = plain(input.value.slice(0, input.selectionStart)).length;
  const digits = plain(input.value).replace(/^0+(?=\d)/, "");
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ",");
  if (grouped !== input.value) {
    input.value = grouped;
    let place = 0;
    for (let seen = 0; place < grouped.length && seen < before; place += 1) if (grouped[place] !== ",") seen += 1;
    input.setSelectionRange(place, place);
  }
  const spoken = input.closest(".field")?.querySelector("output");
  if (spoken) spoken.textContent = hangul(digits);
}

addEventListener("input", (event) => {
  if (event.target.matches("[data-money]") && !event.isComposing) regroup(event.target);
});
addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-money]")) regroup(event.target);
});
