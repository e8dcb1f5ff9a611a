// @ts-check
// The state of the daemon for the bar: asked for at an easy pace, less often while the page is hidden.
import { computed, effect, signal } from "../vendor/preact.js";
import { get } from "../api.js";
import { engineTime, feeds, status } from "../live.js";
import { ended, may, recorded } from "../state.js";

/** @typedef {import("../../types/api").Status} Status */

/** The last answer; null before the first, or if the person may not see it. */
export const state = signal(/** @type {Status | null} */ (null));

const EVERY = 10_000;
const HIDDEN = 60_000;
/** Recorded data may run at a hundred times the speed of the clock. */
const RECORDED = 2000;

/** Asks until the frame is gone. @returns {() => void} */
export function followStatus() {
  /** @type {any} */
  let timer = 0;
  let isOver = false;
  const ask = async () => {
    clearTimeout(timer);
    if (may("status") && ended.peek() === null) {
      const answer = await get("/status").catch(() => null);
      if (answer) {
        state.value = answer.data;
        feeds.value = answer.data.inputs;
        const at = Date.parse(answer.data.engine.time ?? "");
        if (!Number.isNaN(at)) engineTime.value = at;
      }
    }
    if (!isOver) timer = setTimeout(ask, document.hidden ? HIDDEN : recorded.peek() ? RECORDED : EVERY);
  };
  void ask();
  let before = status.peek();
  const off = effect(() => {
    const current = status.value;
    if (current === "live" && before !== "live") {
      // What was true before a gap may not be true after it: until the daemon has answered, nothing is known.
      if (before === "lost") feeds.value = state.value = null;
      void ask();
    }
    before = current;
  });
  return () => {
    isOver = true;
    off();
    clearTimeout(timer);
  };
}

/** Whether recorded data have come to their end: nothing more arrives by any feed. */
export const isOver = computed(() => {
  const all = feeds.value ?? [];
  return recorded.value && all.length > 0 && all.every((feed) => feed.state === "ended" || feedState(feed) === "silent");
});

/** How a feed does: `up`, `lagging`, `silent` (also when it is down).
 * @param {import("../../types/api").Feed} feed */
export function feedState(feed) {
  if (feed.state !== "up" || feed.silent_since) return feed.state === "ended" ? "none" : "silent";
  return feed.lagging ? "lagging" : "up";
}
