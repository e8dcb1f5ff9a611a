// @ts-check
/** The keys of the list. */
import { run, undo } from "../acts/run.js";
import { ACTS } from "../acts/rights.js";
import { keys } from "../keys.js";
import { useEffect } from "../vendor/preact.js";
import { back, chooseActive, home, move, moveTo, openActive, targets } from "./choose.js";
import { isHeld } from "./store.js";

/** Lines of one page of the list. */
const PAGE = 10;

/** Binds the keys as long as the list is on the page. */
export function useKeys() {
  useEffect(() => {
    const bind = (/** @type {string} */ key, /** @type {string} */ label, /** @type {() => void|boolean} */ does, more = {}) => keys.add("list", key, { label, run: does, ...more });
    const near = { focus: true };
    const quiet = { focus: true, hidden: true };
    const offs = [
      bind("j", "list.keys.next", () => move(1)),
      bind("k", "list.keys.previous", () => move(-1)),
      bind("ArrowDown", "list.keys.next", () => move(1), quiet),
      bind("ArrowUp", "list.keys.previous", () => move(-1), quiet),
      bind("PageDown", "list.keys.page", () => move(PAGE), quiet),
      bind("PageUp", "list.keys.page", () => move(-PAGE), quiet),
      bind("End", "list.keys.last", () => moveTo("last"), quiet),
      bind("Home", "list.keys.take", home, quiet),
      bind(".", "list.keys.take", home),
      bind("f", "list.keys.filter", () => document.getElementById("filter-box")?.focus()),
      bind("Enter", "list.keys.open", () => openActive(false), near),
      bind("o", "list.keys.open", () => openActive(false), { hidden: true }),
      bind("Shift+Enter", "list.keys.window", () => openActive(true), near),
      bind("x", "list.keys.choose", () => chooseActive("one")),
      bind("X", "list.keys.choose_to", () => chooseActive("to")),
      bind("u", "acts.key.undo", () => void undo()),
      bind("Escape", "list.keys.back", back),
      bind("Alt+Space", "list.keys.hold", () => { isHeld.value = !isHeld.peek(); }),
      ...ACTS.map(({ kind, key }) => bind(key, `acts.key.${kind}`, () => run(kind, targets()))),
    ];
    return () => offs.forEach((off) => off());
  }, []);
}
