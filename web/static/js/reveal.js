// 「표시」: a box that shows a password while it is typed; without scripts there is nothing to show.
for (const input of document.querySelectorAll("input[data-reveal]")) {
  const label = document.createElement("label");
  label.className = "reveal";
  const box = label.appendChild(document.createElement("input"));
  box.type = "checkbox";
  box.setAttribute("aria-controls", input.id);
  label.append("표시");
  box.addEventListener("change", () => {
    input.type = box.checked ? "text" : "password";
  });
  input.closest(".control").after(label);
}
// A password is never sent from a readable field: browsers would offer to remember it as text.
addEventListener("submit", (event) => {
  for (const input of event.target.querySelectorAll("input[data-reveal]")) input.type = "password";
});
