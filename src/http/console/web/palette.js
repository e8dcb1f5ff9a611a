// @ts-check
// Runs before the first paint, so that a night watch is never met by a white page. A classic script: modules run too late.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("atalaia.palette");
  } catch {
    // Storage is switched off; the machine's own setting counts.
  }
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.palette = chosen === "day" || chosen === "dusk" || chosen === "night" ? chosen : dark ? "dusk" : "day";
})();
