// The form of one record: errors are read first, and nobody leaves unsaved edits by accident.
"use strict";
(() => {
  const form = document.querySelector("#content-main form[id$='_form']");
  const faults = document.getElementById("faults");

  // Go to what stands against saving; a link opens the folded part that its field stands in.
  if (faults) {
    faults.focus();
    faults.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      const folded = field.closest("details:not([open])");
      if (folded) folded.open = true;
      const picked = field.classList.contains("select2-hidden-accessible")
        ? field.parentElement.querySelector(".select2-selection") : field;
      const target = picked.matches("input, select, textarea, a, button, [tabindex]")
        ? picked : picked.querySelector("input:not([type=hidden]), select, textarea") || picked;
      target.scrollIntoView({ block: "center" });
      target.focus();
    });
  }
  const bar = form && document.getElementById("submit-row");
  if (!bar || !bar.querySelector("[type=submit]")) return;

  const said = document.createElement("span");
  said.className = "unsaved";
  said.setAttribute("role", "status");
  (bar.querySelector("[type=submit]").parentElement || bar).append(said);

  const values = () => new URLSearchParams([...new FormData(form)]
    .filter(([name]) => name !== "csrfmiddlewaretoken")
    .map(([name, value]) => [name, typeof value === "string" ? value : value.name])).toString();
  let saved = null, leaving = false;
  // A form that comes back with errors was never saved.
  const unsaved = () => !leaving && saved !== null && (faults !== null || values() !== saved);
  const tell = () => { said.textContent = unsaved() ? "Not saved yet" : ""; };
  window.addEventListener("load", () => { saved = values(); tell(); });
  for (const kind of ["input", "change", "click", "keyup"]) {
    form.addEventListener(kind, () => window.setTimeout(tell, 0));
  }
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
})();

// The boxes that find a row while one types are named by the label of their field, whenever they
// come: some are made after the page has loaded, or with a row that is added.
(() => {
  const name = () => {
    for (const whole of document.querySelectorAll(".select2-container:not([data-named])")) {
      const select = whole.parentElement.querySelector("select");
      if (!select) continue;
      const label = document.querySelector(`label[for="${select.id}"]`);
      const words = label ? label.textContent.trim().replace(/:$/, "") : select.name;
      whole.dataset.named = "";
      for (const part of whole.querySelectorAll("[role=combobox], [role=textbox]")) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", select.getAttribute("aria-label") || words);
      }
    }
  };
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
