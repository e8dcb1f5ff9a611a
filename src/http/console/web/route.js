// @ts-check
// Which page this window shows. The whole of it is in the address, so that a link opens the same page elsewhere.
import { callAll } from "./listeners.js";
import { signal } from "./vendor/preact.js";

/** @typedef {{ view: string, id: string | null, params: Record<string, string>, path: string }} Route */

/** First part of the path to the view that shows it. */
const VIEWS = ["alerts", "list", "map", "cases", "vessels", "zones", "silences", "status", "people", "audit", "login"];

/** The page that the address names; `view` is `unknown` for a path that is no page. */
export const route = signal(read());
/** Called after each change of the view (not of the parameters alone).
 * @type {Set<() => void>} */
export const onNavigate = new Set();

addEventListener("popstate", () => update());

/** @returns {Route} */
function read() {
  const path = location.pathname;
  const [first = "", id = null] = path.split("/").filter(Boolean).map(safely);
  const params = Object.fromEntries(new URLSearchParams(location.search));
  if (first === "") return { view: "watch", id: null, params, path };
  if (!VIEWS.includes(first)) return { view: "unknown", id: null, params, path };
  const single = { alerts: "alert", cases: "case", vessels: "vessel" }[first];
  return { view: single && id ? single : first, id, params, path };
}

/** @param {string} part a part of the path that may be wrongly escaped */
function safely(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function update() {
  const before = route.peek();
  const next = read();
  route.value = next;
  if (before.path !== next.path) callAll(onNavigate);
}

/** Shows another page in this window.
 * @param {string} path with its query @param {{ replace?: boolean }} [options] */
export function go(path, options = {}) {
  if (options.replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  update();
}

/** Changes parameters of this page; null takes one away.
 * @param {Record<string, string | null | undefined>} changes @param {{ replace?: boolean }} [options] */
export function setParams(changes, options = { replace: true }) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value == null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  if (`?${text}` === location.search || (!text && !location.search)) return;
  go(`${location.pathname}${text ? `?${text}` : ""}`, options);
}

/** Shows a page in a window of its own, which lives when this one closes.
 * @param {string} path */
export function openWindow(path) {
  window.open(path, "_blank", "noopener,popup,width=1280,height=800");
}

/** Properties of an `<a>` that shows a page here; with Shift in a window of its own, with the browser's own keys in a tab.
 * @param {string} path @param {() => void} [before] called before the page changes */
export function link(path, before) {
  return {
    href: path,
    /** @param {MouseEvent} event */
    onClick(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.button !== 0) return;
      event.preventDefault();
      if (event.shiftKey) return openWindow(path);
      before?.();
      go(path);
    },
  };
}
