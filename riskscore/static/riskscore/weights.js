"use strict";
// Keeps each column of a table of weights at a sum of 1, and asks the server who would move.
(function () {
  const WHOLE = 1000;
  const REST_MS = 500;
  const form = document.getElementById("weights");
  if (!form) return;
  let waiting = 0;
  let asked = new AbortController();

  function thousandths(input) {
    const text = input.value.trim().replace(",", ".");
    if (!/^([01]|[01]?\.[0-9]{1,3})$/.test(text)) return null;
    const share = Math.round(Number(text) * WHOLE);
    return share <= WHOLE ? share : null;
  }

  function column(table, at) {
    return Array.from(table.querySelectorAll(`input[data-column="${at}"]`));
  }

  // Shares the rest in proportion among what nobody has touched, by largest remainders.
  function share(inputs) {
    const free = inputs.filter((input) => !input.classList.contains("touched"));
    const fixed = inputs.filter((input) => input.classList.contains("touched"));
    const taken = fixed.reduce((sum, input) => sum + (thousandths(input) ?? NaN), 0);
    const before = free.map((input) => thousandths(input) ?? 0);
    const total = before.reduce((sum, one) => sum + one, 0);
    const rest = WHOLE - taken;
    if (!(rest >= 0) || total === 0) return;
    const exact = before.map((one) => (one / total) * rest);
    const shares = exact.map(Math.floor);
    const order = exact.map((_, at) => at).sort((a, b) => shares[a] - exact[a] - (shares[b] - exact[b]));
    const missing = rest - shares.reduce((sum, one) => sum + one, 0);
    order.slice(0, missing).forEach((at) => { shares[at] += 1; });
    free.forEach((input, at) => { input.value = (shares[at] / WHOLE).toFixed(3); });
  }

  function sumUp(table, at) {
    const inputs = column(table, at);
    const shares = inputs.map(thousandths);
    inputs.forEach((input, row) => input.setAttribute("aria-invalid", String(shares[row] === null)));
    const cell = table.querySelector(`[data-sum="${at}"]`);
    const sum = shares.reduce((total, one) => total + (one ?? NaN), 0);
    const isWhole = sum === WHOLE;
    cell.classList.toggle("off", !isWhole);
    if (isWhole) cell.textContent = "1.000";
    else if (Number.isNaN(sum)) cell.textContent = "numbers from 0 to 1, three decimals";
    else cell.textContent = `${(sum / WHOLE).toFixed(3)}: ${(Math.abs(WHOLE - sum) / WHOLE).toFixed(3)} ${sum < WHOLE ? "missing" : "too much"}`;
  }

  function isWhole() {
    return !form.querySelector(".sum.off");
  }

  async function look() {
    asked.abort();
    if (!isWhole()) return;
    asked = new AbortController();
    const shown = document.getElementById("who-moves");
    shown.classList.add("waiting");
    const sent = new FormData(form);
    sent.set("step", "preview");
    try {
      const answer = await fetch(location.href, { method: "POST", body: sent, signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("who-moves");
      if (answer.ok && fresh) shown.replaceWith(fresh);
    } catch (error) {
      // A newer question came, or the server is away: the button asks again.
    }
    document.getElementById("who-moves").classList.remove("waiting");
    keepInSight();
  }

  // The tables are long: the line that counts who moves stays at the foot of the window.
  function keepInSight() {
    const figures = document.querySelector("#who-moves .figures");
    const line = form.querySelector(".stuck");
    line.hidden = !figures;
    if (figures) line.textContent = figures.dataset.short;
  }

  function lookSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(look, REST_MS);
  }

  keepInSight();
  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.id === "lens") lookSoon();
    if (!input.matches("input[data-column]")) return;
    const table = input.closest("[data-weights]");
    const at = input.dataset.column;
    input.classList.add("touched");
    if (thousandths(input) !== null) share(column(table, at));
    sumUp(table, at);
    lookSoon();
  });
})();
