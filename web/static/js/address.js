// 「우편번호 검색」 as a dialog over the form: the page /addresses fetched in parts; a chosen row fills the fields.
let dialog, target;

function build() {
  dialog = document.createElement("dialog");
  dialog.className = "dialog wide";
  dialog.id = "address-dialog";
  dialog.setAttribute("aria-labelledby", "address-dialog-title");
  dialog.innerHTML = `<div class="dialog-head"><h2 id="address-dialog-title">우편번호 검색</h2><button type="button" class="dialog-close" aria-label="닫기">×</button></div>
    <form class="address-find" role="search"><div class="field"><label for="address-keyword">도로명, 건물명 또는 지번</label>
    <span class="control"><input type="search" id="address-keyword" name="keyword" maxlength="80" autocomplete="off" placeholder="예: 세종대로 110, 판교역로"><button class="btn primary">검색</button></span></div></form>
    <div class="address-results" aria-live="polite"><p class="hint">도로명과 건물번호, 건물명, 지번으로 찾을 수 있습니다.</p></div>`;
  dialog.querySelector(".dialog-close").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    show(`/addresses?${new URLSearchParams(new FormData(event.target))}`);
  });
  dialog.addEventListener("click", (event) => {
    const row = event.target.closest(".address-row");
    const page = event.target.closest(".address-pages a");
    if (row) choose(row.dataset);
    if (page) {
      event.preventDefault();
      show(page.getAttribute("href"));
    }
  });
  document.body.append(dialog);
}

async function show(address) {
  const results = dialog.querySelector(".address-results");
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Live": "1", Accept: "text/html" } });
    results.innerHTML = await answer.text();
  } catch {
    results.innerHTML = '<p class="hint">주소 조회에서 답이 오지 않습니다. 창을 닫고 주소를 직접 입력하실 수 있습니다.</p>';
  }
  results.removeAttribute("aria-busy");
}

function choose({ zip, road }) {
  for (const [name, value] of [["zip", zip], ["road", road]]) {
    const input = document.getElementById(target.dataset[name]);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  dialog.close();
  document.getElementById(target.dataset.detail)?.focus();
}

addEventListener("click", (event) => {
  const opener = event.target.closest("[data-address-open]");
  if (!opener) return;
  event.preventDefault();
  target = opener.closest("[data-address]");
  if (!dialog) build();
  dialog.showModal();
  dialog.querySelector("input").focus();
});
