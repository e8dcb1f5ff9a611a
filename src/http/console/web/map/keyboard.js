// @ts-check
// The keys of the map. Letters work anywhere on the page; arrows, zoom and Enter while the focus is on the map.
import { keys } from "../keys.js";
import { LAYERS } from "./model.js";

/** @typedef {import("./actions.js").Actions} Actions */

/** Share of the window that an arrow key moves the map by. */
const STEP = 0.2;

/**
 * Binds the keys.
 * @param {Actions} actions
 * @param {{openMenu: (x: number, y: number) => void, listView: () => void}} panels
 * @returns {() => void} takes them away
 */
export function bindKeys(actions, { openMenu, listView }) {
  /** @param {string} key @param {string} label @param {() => unknown} run @returns {() => void} */
  const anywhere = (key, label, run) => keys.add("map", key, { label, run: () => void run() });
  /** @param {string} key @param {string} label @param {() => unknown} run @param {boolean} [hidden] @returns {() => void} */
  const onMap = (key, label, run, hidden) => keys.add("map", key, { label, focus: true, hidden, run: () => (run() === false ? false : undefined) });
  const middle = () => actions.stage()?.middle() ?? [0, 0];
  const offs = [
    anywhere("z", "map.key.go", () => actions.goToSelection()),
    anywhere("h", "map.key.isolate", () => actions.isolate()),
    anywhere("F", "map.key.follow", () => actions.follow()),
    anywhere("t", "map.key.track", () => actions.track()),
    anywhere("T", "map.key.track_all", () => actions.trackAll()),
    anywhere("l", "map.key.labels", () => actions.labels()),
    anywhere("y", "map.key.colour", () => actions.colours()),
    anywhere("m", "map.key.measure", () => actions.measure()),
    // Not `v`: that closes an alert, wherever the focus is.
    anywhere("V", "map.key.list", listView),
    ...LAYERS.map((name, i) => anywhere(String(i + 1), `map.layer.${name}`, () => actions.model.toggle(name))),
    keys.add("map", "Escape", { label: "map.key.escape", run: () => (actions.escape() ? undefined : false) }),
    onMap("+", "map.key.in", () => actions.stage()?.zoom(1)),
    onMap("=", "map.key.in", () => actions.stage()?.zoom(1), true),
    onMap("-", "map.key.out", () => actions.stage()?.zoom(-1)),
    onMap("ArrowLeft", "map.key.pan", () => pan(actions, -STEP, 0)),
    onMap("ArrowRight", "map.key.pan", () => pan(actions, STEP, 0), true),
    onMap("ArrowUp", "map.key.pan", () => pan(actions, 0, STEP), true),
    onMap("ArrowDown", "map.key.pan", () => pan(actions, 0, -STEP), true),
    onMap("Backspace", "map.key.point_back", () => actions.removePoint(), true),
    onMap("Enter", "map.key.pick", () => {
      const stage = actions.stage(), [x, y] = middle();
      if (!stage) return;
      if (actions.model.measure.peek()) actions.addPoint(stage.placeAt(x, y));
      else actions.pick(x, y);
    }),
    onMap("ContextMenu", "map.key.menu", () => openMenu(...middle())),
    onMap("Shift+F10", "map.key.menu", () => openMenu(...middle()), true),
  ];
  return () => offs.forEach((off) => off());
}

/** @param {Actions} actions @param {number} east @param {number} north */
function pan(actions, east, north) {
  const stage = actions.stage();
  actions.model.following.value = false;
  stage?.pan(east, north);
  // With the keyboard the cross in the middle is the pointer.
  if (stage) actions.model.pointer.value = stage.look();
}
