// @ts-check
// Printing: everything open, canvases drawn for paper, the marking and the id on each page by the print styles.
import { h } from "../vendor/preact.js";
import { time } from "../format.js";
import { now, session } from "../state.js";
import { paper } from "./colours.js";
import { marking } from "./head.js";
import { t } from "./words.js";

/** Frames until the canvases are drawn again. */
const FRAMES = 4;

/**
 * Prints a panel.
 * @param {HTMLElement | null} panel
 */
export async function print(panel) {
  if (!panel) return;
  ready(panel);
  for (let frame = 0; frame < FRAMES; frame++) await new Promise((done) => requestAnimationFrame(done));
  window.print();
  done();
}

/** What was opened for the print, and is closed after it. @type {Element[]} */
let opened = [];

/** Opens everything and draws for paper: whole tables, not only the rows in sight. @param {HTMLElement} panel */
export function ready(panel) {
  const closed = [...panel.querySelectorAll("details:not([open])")];
  for (const each of closed) each.setAttribute("open", "");
  opened.push(...closed);
  paper.value = true;
}

/** Shows everything on the screen again. */
export function done() {
  paper.value = false;
  for (const each of opened) each.removeAttribute("open");
  opened = [];
}

/**
 * The lines above and below each printed page.
 * @param {{alert: import("./types.js").Alert, isFoot?: boolean}} props
 */
export function PrintLine({ alert, isFoot = false }) {
  return h("div", { class: isFoot ? "al-print-foot" : "al-print-head", "aria-hidden": "true" },
    h("span", {}, marking(alert.handling)),
    h("span", {}, isFoot ? t("alert.printed", { id: alert.id, etag: alert.etag, name: session.value?.name ?? "", at: time(now.peek()) }) : `Atalaia · ${session.value?.site ?? ""}`));
}
