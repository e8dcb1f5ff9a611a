// @ts-check
// The moment that map, plots and table of an alert show, and what moves it: the scrubber, the keys, play.
import { h, signal, useEffect, useMemo } from "../vendor/preact.js";
import { keys } from "../keys.js";
import { number, time } from "../format.js";
import { t } from "./words.js";

/** Times as fast as the event. */
const PACES = [1, 10, 60, 600, 3600];
/** Most frames a second while it plays, if the reader wants little motion. */
const CALM = 4;

/**
 * @typedef {object} Cursor
 * @property {import("../vendor/preact.js").Signal<number>} at - milliseconds since 1970
 * @property {import("../vendor/preact.js").Signal<boolean>} playing
 * @property {import("../vendor/preact.js").Signal<number>} pace - times as fast as the event
 * @property {[number, number]} span - first and last moment
 * @property {(at: number) => void} set - moves it, and stops playing
 */

/**
 * A cursor over a span of time. If the span grows because fixes came in, a cursor at its end follows, any other stays.
 * @param {string} id - of what it belongs to; another one begins at its own start
 * @param {[number, number]} span
 * @param {number} start
 * @returns {Cursor}
 */
export function useCursor(id, span, start) {
  const cursor = useMemo(() => {
    const at = signal(start);
    const playing = signal(false);
    /** @type {Cursor} */
    const made = { at, playing, pace: signal(60), span, set: (next) => {
      playing.value = false;
      at.value = Math.max(made.span[0], Math.min(made.span[1], next));
    } };
    return made;
  }, [id]);
  const wasAtEnd = cursor.at.peek() >= cursor.span[1] && cursor.span[1] < span[1];
  cursor.span = span;
  useEffect(() => {
    if (wasAtEnd) cursor.at.value = span[1];
  }, [span[0], span[1]]);
  usePlay(cursor);
  return cursor;
}

/** @param {Cursor} cursor */
function usePlay(cursor) {
  const playing = cursor.playing.value;
  useEffect(() => {
    if (!playing) return undefined;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let last = performance.now();
    let frame = requestAnimationFrame(step);
    /** @param {number} now */
    function step(now) {
      frame = requestAnimationFrame(step);
      if (isCalm && now - last < 1000 / CALM) return;
      const next = cursor.at.peek() + (now - last) * cursor.pace.peek();
      last = now;
      cursor.at.value = Math.min(next, cursor.span[1]);
      if (next >= cursor.span[1]) cursor.playing.value = false;
    }
    return () => cancelAnimationFrame(frame);
  }, [playing, cursor]);
}

/** Plays or pauses; at the end it begins again. @param {Cursor} cursor */
function toggle(cursor) {
  if (!cursor.playing.peek() && cursor.at.peek() >= cursor.span[1]) cursor.at.value = cursor.span[0];
  cursor.playing.value = !cursor.playing.peek();
}

/**
 * @param {Cursor} cursor
 * @param {number} step - -1 slower, 1 faster
 */
function pace(cursor, step) {
  const index = PACES.indexOf(cursor.pace.peek()) + step;
  cursor.pace.value = PACES[Math.max(0, Math.min(PACES.length - 1, index))];
}

/**
 * Scrubber with play, pace and the phases of the alert.
 * @param {{cursor: Cursor, phases: {name: string, at: number}[]}} props
 */
export function Scrubber({ cursor, phases }) {
  useEffect(() => {
    const bind = (/** @type {string} */ key, /** @type {string} */ label, /** @type {() => void} */ run) => keys.add("alert", key, { label, run });
    const offs = [
      bind("Space", "alert.key.play", () => toggle(cursor)),
      bind("<", "alert.key.slower", () => pace(cursor, -1)),
      bind(">", "alert.key.faster", () => pace(cursor, 1)),
    ];
    return () => offs.forEach((off) => off());
  }, [cursor]);
  const [from, to] = cursor.span;
  const at = cursor.at.value;
  const share = (/** @type {number} */ moment) => (to > from ? ((moment - from) / (to - from)) * 100 : 0);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    cursor.set(cursor.at.peek() + step * (event.shiftKey ? 600_000 : 60_000));
  };
  return h("div", { class: "al-scrubber" },
    h("button", { type: "button", class: "al-play", onClick: () => toggle(cursor), "aria-pressed": cursor.playing.value, title: t("alert.key.play") },
      cursor.playing.value ? "❚❚" : "▶", h("span", { class: "for-readers" }, t(cursor.playing.value ? "alert.pause" : "alert.play"))),
    h("label", { class: "al-pace" }, h("span", { class: "for-readers" }, t("alert.pace")),
      h("select", { value: String(cursor.pace.value), onChange: (/** @type {Event} */ event) => {
        cursor.pace.value = Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
      } }, PACES.map((each) => h("option", { value: String(each), key: each }, `${number(each)}×`)))),
    h("div", { class: "al-rail" },
      h("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, phases.filter((phase) => phase.at >= from && phase.at <= to).map((phase) =>
        h("rect", { class: `al-phase-${phase.name}`, x: share(phase.at) - 0.2, y: 0, width: 0.4, height: 8, key: phase.name }))),
      h("input", {
        type: "range", min: from, max: to, step: 1000, value: at, "aria-label": t("alert.moment"), "aria-valuetext": time(at, true), onKeyDown,
        onInput: (/** @type {Event} */ event) => cursor.set(Number(/** @type {HTMLInputElement} */ (event.currentTarget).value)),
      })),
    h("output", { class: "al-moment" }, time(at, true)));
}
