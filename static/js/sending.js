// Notes when a form is sent, by the server's clock: a slow line must not cost the deadline.
(() => {
  "use strict";

  for (const form of document.querySelectorAll("form[data-sending]")) {
    const ahead = Number(form.dataset.sending) - Date.now();
    form.addEventListener("submit", () => {
      form.elements.sent_at.value = new Date(Date.now() + ahead).toISOString();
    });
  }
})();
