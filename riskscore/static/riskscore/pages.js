// What django-unfold's templates ask of Alpine. Its build for a strict content policy reads
// expressions itself and knows no globals, so what those expressions name is given here.
document.addEventListener("alpine:init", () => {
  "use strict";
  const address = {
    get pathname() { return window.location.pathname; },
    get search() { return window.location.search; },
  };
  Alpine.data("page", () => ({
    activeTab: "general",
    openModal: false,
    filterOpen: false,
    window: { location: address },
    init() { this.activeTab = (typeof getCurrentTab === "function" && getCurrentTab()) || "general"; },
  }));
});
// app.js draws on everything of the class "chart"; ours are SVG, and drawn already.
SVGElement.prototype.getContext = () => null;
