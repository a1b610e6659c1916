// The colours that this person chose, before anything is painted.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try { return localStorage.getItem("riskscore.theme") || "auto"; } catch { return "auto"; }
  }
  function apply() {
    const isDark = chosen() === "dark" || (chosen() === "auto" && dark.matches);
    root.classList.toggle("dark", isDark);
    root.dataset.theme = isDark ? "dark" : "light";
  }
  window.chooseTheme = function (word) {
    try { localStorage.setItem("riskscore.theme", word); } catch { /* not kept, still applied */ }
    apply();
    return word;
  };
  window.chosenTheme = chosen;
  dark.addEventListener("change", apply);
  apply();
})();
