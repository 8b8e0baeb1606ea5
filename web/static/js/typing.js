// Enter that finishes a Korean syllable is not Enter for the form.
addEventListener(
  "keydown",
  (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && composing && event.target.matches("input")) event.preventDefault();
  },
  { capture: true },
);
