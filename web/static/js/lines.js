// Rows of a draft: amounts and totals while typing, another row without asking the server.
const whole = (input) => Number((input?.value ?? "").replace(/[^0-9]/g, "") || 0);
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
const group = (amount) => amount.toLocaleString("ko-KR");

function lineRows(kind) {
  return [...document.querySelectorAll(`[data-lines="${kind}"] [data-line]`)];
}

function total() {
  const byUnit = document.querySelector('[name="contract_type"][value="unit_price"]')?.checked;
  let sum = 0;
  for (const row of lineRows("items")) {
    const amount = whole(field(row, "quantity")) * whole(field(row, "unit_price"));
    row.querySelector("[data-amount]").textContent = byUnit || !amount ? "–" : group(amount);
    sum += amount;
  }
  const planned = lineRows("instalments").reduce((all, row) => all + whole(field(row, "amount")), 0);
  show("[data-total]", byUnit ? "–" : group(sum));
  show("[data-plan-total]", group(planned));
}

function show(selector, words) {
  const output = document.querySelector(selector);
  if (output) output.textContent = words;
}

function added(kind) {
  const rows = lineRows(kind);
  const last = rows[rows.length - 1];
  const fresh = last.cloneNode(true);
  for (const list of fresh.querySelectorAll(".errors")) list.remove();
  for (const input of fresh.querySelectorAll("input")) {
    input.name = input.name.replace(/^(\w+)-\d+-/, `$1-${rows.length}-`);
    if (input.id) input.id = `f-${input.name}`;
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    delete input.dataset.picked;
    delete input.dataset.filled;
    if (input.type === "checkbox") input.checked = false;
    else input.value = "";
  }
  last.after(fresh);
  fresh.querySelector("input").focus();
  total();
}

addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line]");
  if (!button) return;
  event.preventDefault();
  added(button.closest("[data-lines]").dataset.lines);
});
addEventListener("input", (event) => {
  if (event.target.closest("[data-lines], form")) total();
});
total();
