// @ts-check
// Runs before the first paint, so that a night watch is never met by a white page. A classic script: modules run too late.
(function () {
  /** @param {string} name @returns {string | null} */
  function kept(name) {
    try {
      return localStorage.getItem(`atalaia.${name}`);
    } catch {
      // Storage is switched off; the machine's own settings count.
      return null;
    }
  }
  const root = document.documentElement;
  const chosen = kept("palette");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.palette = chosen === "day" || chosen === "dusk" || chosen === "night" ? chosen : dark ? "dusk" : "day";
  // The outline of the watch, as wide as its list will be, until the page itself is here.
  if (location.pathname === "/") root.dataset.page = "watch";
  const wide = Number(kept("size.watch.list"));
  if (wide > 0) root.style.setProperty("--list", `${wide}px`);
  // The words of the language in force, so that they are there with the modules that wait for them.
  const asked = [kept("language"), ...navigator.languages].map((each) => (each ?? "").slice(0, 2));
  root.lang = asked.find((each) => ["en", "pt", "es", "fr"].includes(each)) ?? "en";
  const base = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/[^/]*$/, "");
  /** @param {string} path @param {boolean} isSheet */
  function ask(path, isSheet) {
    const link = document.createElement("link");
    link.rel = isSheet ? "preload" : "modulepreload";
    if (isSheet) link.as = "style";
    link.href = base + path;
    document.head.append(link);
  }
  for (const area of ["common", "shell", "list", "acts"]) ask(`words/${root.lang}/${area}.js`, false);
  // The sheets that the modules of the watch would ask for only once they run.
  if (location.pathname === "/") for (const name of ["list", "acts", "map"]) ask(`style/${name}.css`, true);
})();
