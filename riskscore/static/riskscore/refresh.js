"use strict";
// Follows a page's live part: fetches the page and replaces that part, until it is no longer live.
(function () {
  const EVERY_MS = 2000;

  async function follow() {
    const part = document.getElementById("live");
    if (!part || !part.hasAttribute("data-live")) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (answer.ok && fresh) part.replaceWith(fresh);
      } catch (error) {
        // The server may be away for a moment; the next round asks again.
      }
    }
    setTimeout(follow, EVERY_MS);
  }

  setTimeout(follow, EVERY_MS);
})();
