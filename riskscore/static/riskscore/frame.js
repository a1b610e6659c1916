// The frame of every page: colours, the search of everything, buttons that are no buttons.
(function () {
  "use strict";

  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    const mark = () => button.setAttribute(
      "aria-pressed", String(window.chosenTheme() === button.dataset.themeChoice));
    button.addEventListener("click", () => {
      window.chooseTheme(button.dataset.themeChoice);
      document.querySelectorAll("[data-theme-choice]").forEach((each) =>
        each.setAttribute("aria-pressed", String(each === button)));
    });
    mark();
  }

  // On a narrow screen menu and filters begin folded.
  if (window.matchMedia("(max-width: 900px)").matches) {
    document.querySelector("#nav-sidebar details.menu")?.removeAttribute("open");
    document.querySelector("#changelist-filter > details")?.removeAttribute("open");
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.user-menu[open]").forEach((each) => each.removeAttribute("open"));
  });

  // Rows of a form are removed by a mark that only a mouse would reach.
  function reachable(scope) {
    scope.querySelectorAll(".delete-template:not([role])").forEach((each) => {
      each.setAttribute("role", "button");
      each.setAttribute("tabindex", "0");
      each.setAttribute("aria-label", "Remove this row");
      each.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); each.click(); }
      });
    });
  }
  reachable(document);
  document.addEventListener("formset:added", (event) => reachable(event.target.closest("table, .formset") || document));

  // app.js writes the name of a chosen file into the text field beside it; ours have none beside
  // them, and it would fail, or write into the field of something else.
  document.querySelectorAll("input[type=file]").forEach((input) => {
    const beside = input.closest("div")?.parentElement?.parentElement?.querySelector("input[type=text]");
    if (!beside || !beside.disabled) input.hasChangeListener = true;
  });

  // A wide table scrolls by keyboard too.
  document.querySelectorAll(".scroll").forEach((box) => box.setAttribute("tabindex", "0"));

  const palette = document.getElementById("palette");
  if (!palette) return;
  const words = document.getElementById("palette-words");
  const list = document.getElementById("palette-found");
  const note = document.getElementById("palette-note");
  let asked = 0, waiting = 0, at = -1;

  function open() {
    if (!palette.open) palette.showModal();
    words.select();
  }
  function mark(next) {
    const rows = [...list.querySelectorAll("[role=option]")];
    if (!rows.length) return;
    at = (next + rows.length) % rows.length;
    rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    words.setAttribute("aria-activedescendant", rows[at].id);
    rows[at].scrollIntoView({ block: "nearest" });
  }
  function show(found, query) {
    list.replaceChildren(...found.map((each, index) => {
      const row = document.createElement("li");
      row.id = `palette-${index}`;
      row.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = each.link;
      link.tabIndex = -1;
      const title = document.createElement("strong");
      title.textContent = each.title;
      const about = document.createElement("span");
      about.textContent = [each.kind, each.description].filter(Boolean).join(" · ");
      link.append(title, about);
      row.append(link);
      return row;
    }));
    words.setAttribute("aria-expanded", String(found.length > 0));
    note.textContent = found.length ? `${found.length} found` : query ? "Nothing found" : "";
    at = -1;
    if (found.length) mark(0);
  }
  async function ask() {
    const query = words.value.trim();
    const number = ++asked;
    if (!query) { show([], ""); return; }
    try {
      const answer = await fetch(`${words.dataset.from}?q=${encodeURIComponent(query)}`,
        { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (number === asked) show(found.results ?? found, query);
    } catch {
      if (number === asked) note.textContent = "The search did not answer: press Enter for its page.";
    }
  }
  words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  words.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(at - 1); }
    else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      list.querySelectorAll("[role=option] a")[at].click();
    }
  });
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.querySelectorAll("[data-palette-open]").forEach((each) => each.addEventListener("click", open));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
  });
})();
