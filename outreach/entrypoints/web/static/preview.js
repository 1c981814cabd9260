// Goes through the letters with the arrow keys, and shows at once what is chosen.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, pre")) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  document.querySelector(`a[rel="${rel}"]`)?.click();
});

// What is chosen is shown at once.
for (const choice of document.querySelectorAll(".looks-form select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
