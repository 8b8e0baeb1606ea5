// A toast leaves after a while, unless a pointer or the focus is on it.
const SHOWN_MS = 8000;

for (const toast of document.querySelectorAll("[data-toast]")) {
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS) : toast.remove());
  setTimeout(leave, SHOWN_MS);
}
