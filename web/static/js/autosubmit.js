// A choice in the filter bar searches at once; words wait for 「조회」.
addEventListener("change", (event) => {
  if (event.target.closest("[data-submit]")) event.target.form.requestSubmit();
});

// Empty words stay out of the address; empty dates mean "no limit" and stay in.
addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  const fields = event.target.elements;
  for (const [name, value] of [...event.formData]) {
    if (value === "" && fields[name]?.type !== "date") event.formData.delete(name);
  }
});
