"use strict";
// Answers while somebody tries: each number gets a slider beside it, and the answer comes without a
// new page. Without this script the form is sent by its button.
(() => {
  const form = document.getElementById("what-if"), answer = document.getElementById("answer");
  const says = document.getElementById("what-if-says");
  if (!form || !answer) return;
  let last = 0, timer = 0;

  async function ask() {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const field = form.elements.namedItem(name);
      if (field.dataset.now === undefined || field.dataset.now !== value) asked.set(name, value);
    }
    const number = ++last, address = location.pathname + "?" + asked;
    const reply = await fetch(address + "&part=answer", { headers: { Accept: "text/html" } });
    const text = await reply.text();
    if (number !== last || !reply.ok) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    answer.replaceChildren(...page.body.childNodes);
    says.textContent = answer.querySelector("[data-says]").textContent;
    history.replaceState(null, "", address);
  }

  function tried(event) {
    const field = event.target, box = field.closest(".trial-field");
    if (!box) return;
    const text = box.querySelector("[name]"), slider = box.querySelector("input[type=range]");
    if (field === slider) text.value = String(Number(Number(slider.value).toPrecision(4)));
    else if (slider && text.value.trim() !== "") slider.value = text.value;
    box.classList.toggle("moved", text.value !== text.dataset.now);
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), 200);
  }

  for (const field of form.querySelectorAll("input[data-low]")) {
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = field.dataset.low;
    slider.max = field.dataset.high;
    slider.step = (Number(slider.max) - Number(slider.min)) / 100 || "any";
    slider.value = field.value || field.dataset.low;
    slider.setAttribute("aria-label", field.labels[0].textContent.trim() + ", slider");
    field.after(slider);
  }
  form.addEventListener("input", tried);
})();
