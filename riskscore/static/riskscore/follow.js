"use strict";
// Follows the rescoring of a project: asks how it stands while a job is open, and puts the fresh
// parts of the page in place of the old ones when its scores have changed.
(() => {
  const EVERY_MS = 1500, MOST_MS = 15000;
  const line = document.getElementById("following");
  if (!line || !line.dataset.follow) return;
  let mark = line.dataset.mark, wait = EVERY_MS;

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-fresh]")) {
      const fresh = page.getElementById(old.id);
      // What a person is typing into, or has the focus in, is left alone.
      if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
    }
  }

  async function ask() {
    if (document.hidden) return setTimeout(ask, EVERY_MS);
    let working = true;
    try {
      const answer = await fetch(line.dataset.follow, { headers: { Accept: "application/json" } });
      if (!answer.ok) return undefined;
      const now = await answer.json();
      working = now.working;
      if (line.textContent !== now.words) line.textContent = now.words;
      if (now.mark !== mark) {
        mark = now.mark;
        await refresh();
        if (!working) {
          const total = document.querySelector("#project-header .total");
          line.textContent = "Rescored" + (total ? ": composite " + total.textContent + "." : ".");
        }
      }
    } catch (error) {
      // The server may be away for a moment; the next round asks again.
    }
    wait = Math.min(wait * 1.1, MOST_MS);
    return working ? setTimeout(ask, wait) : undefined;
  }

  if (line.hasAttribute("data-working")) setTimeout(ask, EVERY_MS);
})();
