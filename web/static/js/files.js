// Says at once that a file is too large; the server checks again, and also what is inside.
addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[data-limit-mb]")) return;
  const limit = Number(input.dataset.limitMb);
  const heavy = [...input.files].find((file) => file.size > limit * 1024 * 1024);
  const old = input.parentElement.querySelector("[data-file-error]");
  old?.remove();
  input.toggleAttribute("aria-invalid", Boolean(heavy));
  if (!heavy) return;
  const list = document.createElement("ul");
  list.className = "errors";
  list.dataset.fileError = "";
  list.setAttribute("role", "alert");
  const item = list.appendChild(document.createElement("li"));
  item.textContent = `${heavy.name}: ${limit} MB까지 올릴 수 있습니다.`;
  input.after(list);
  input.value = "";
});
