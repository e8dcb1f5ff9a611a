// @ts-check
// Style sheets of views that are loaded when first opened.

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/** Loads `style/NAME.css` once; settled when it is in force, also if it could not be loaded.
 * @param {string} name @returns {Promise<void>} */
export function addSheet(name) {
  let sheet = loaded.get(name);
  if (!sheet) {
    sheet = new Promise((done) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = new URL(`./style/${name}.css`, import.meta.url).href;
      link.onload = link.onerror = () => done();
      document.head.append(link);
    });
    loaded.set(name, sheet);
  }
  return sheet;
}
