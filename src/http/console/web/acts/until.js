// @ts-check
/** A point in time ahead, picked from a bar or typed: used by acknowledgements (by the clock) and silences (by the engine's time). */
import { h } from "../vendor/preact.js";
import { time } from "../format.js";
import { t } from "../words.js";
import { Choices } from "./shell.js";

/** Spans on the bar, hours. A longer one is typed. */
const HOURS = [1, 2, 6, 12, 24];

/**
 * The time that a choice or a typed text stands for.
 * @param {string} choice hours as a number, or `typed`
 * @param {string} typed `06:00` (the next one), `2026-03-02 06:00`
 * @param {number} at ms since 1970
 * @returns {number|null} ms since 1970; null if it cannot be read or is over
 */
export function ahead(choice, typed, at) {
  if (choice !== "typed") return choice === "" ? null : at + Number(choice) * 3_600_000;
  const text = typed.trim().replace(/Z$/i, "").trim();
  const clock = /^([01]?\d|2[0-3]):?([0-5]\d)$/.exec(text);
  if (clock) {
    const today = Math.floor(at / 86_400_000) * 86_400_000 + (Number(clock[1]) * 60 + Number(clock[2])) * 60_000;
    return today > at ? today : today + 86_400_000;
  }
  const day = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)$/.exec(text);
  const full = day ? Date.parse(`${day[1]}T${day[2]}Z`) : NaN;
  return full > at ? full : null;
}

/**
 * @param {{label: string, choice: string, typed: string, at: number, onSet: (part: {choice?: string, typed?: string}) => void}} props `at` is now, in ms since 1970
 */
export function Until({ label, choice, typed, at, onSet }) {
  const until = ahead(choice, typed, at);
  const options = HOURS.map((hours) => ({ value: String(hours), label: t("acts.hours", { n: hours }) }));
  return h("div", { class: "act-until" },
    h(Choices, {
      name: "until", label, value: choice, onPick: (value) => onSet({ choice: value }),
      options: [...options, { value: "typed", label: t("acts.until_time") }],
    }),
    choice === "typed"
      ? h("input", {
        class: "act-time", value: typed, placeholder: "06:00Z", "aria-label": t("acts.until_time"), spellcheck: false,
        onInput: (/** @type {any} */ event) => onSet({ typed: event.currentTarget.value }),
      })
      : null,
    h("span", { class: "act-until-time" }, until === null ? t("acts.until_what") : t("acts.ends_at", { time: time(new Date(until).toISOString()) })));
}
