// Small additions to pages that work without them: focus on the error summary, character counters.
(() => {
  "use strict";

  const summary = document.getElementById("error-summary");
  if (summary) {
    // The style guide shows a summary among its samples: no reason to jump there.
    if (!document.body.classList.contains("style-guide")) summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      const group = field.closest("fieldset") || field.closest(".field") || field;
      (group.querySelector("legend, label") || group).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  }

  for (const box of document.querySelectorAll("[data-counter]")) {
    const limit = Number(box.dataset.counter);
    const input = box.querySelector("input, textarea");
    const line = box.querySelector(".counter");
    const show = () => {
      const left = limit - [...input.value].length;
      const text = left < 0 ? line.dataset.over : line.dataset.left;
      line.textContent = text.replace("{n}", String(Math.abs(left)));
      line.classList.toggle("over", left < 0);
    };
    input.addEventListener("input", show);
    if (input.value) show();
  }
})();
