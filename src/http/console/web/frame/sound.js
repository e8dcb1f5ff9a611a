// @ts-check
// A short tone for a new alert. Off until somebody turns it on, and then only for the severities that she chose.
import { onEntry } from "../live.js";
import { GRAVEST_FIRST } from "../severities.js";
import { preferences, sound } from "../state.js";

/** @typedef {import("../../types/api").Severity} Severity */

/** Tones in Hz, one after the other. @type {Partial<Record<Severity, number[]>>} */
const TONES = { medium: [520], high: [660, 660], critical: [880, 660, 880] };
/** The severities that have a tone, the gravest first. @type {Severity[]} */
export const AUDIBLE = GRAVEST_FIRST.slice(0, 3);

/** @type {AudioContext | null} */
let audio = null;

/** Whether an alert of this severity sounds. @param {Severity} severity */
export function sounds(severity) {
  const chosen = /** @type {string[] | undefined} */ (preferences.value.sounds);
  return (chosen ?? ["critical", "high"]).includes(severity);
}

/** @param {Severity} severity */
export function play(severity) {
  audio ??= new AudioContext();
  void audio.resume();
  const start = audio.currentTime;
  (TONES[severity] ?? []).forEach((tone, index) => {
    if (!audio) return;
    const [source, gain] = [audio.createOscillator(), audio.createGain()];
    const from = start + index * 0.22;
    source.frequency.value = tone;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(0.18, from + 0.02);
    gain.gain.linearRampToValueAtTime(0, from + 0.18);
    source.connect(gain).connect(audio.destination);
    source.start(from);
    source.stop(from + 0.2);
  });
}

/** Milliseconds for which a window keeps a tone to itself: the others hear of the alert a moment sooner or later. */
const ALONE = 3000;

/** Plays once for all windows of this browser. @param {number} seq of the entry @param {Severity} severity */
async function playOnce(seq, severity) {
  // Browsers have locks for secure pages only; without them each window plays.
  if (!navigator.locks) return play(severity);
  audio ??= new AudioContext();
  // A browser plays no sound in a window that nobody has clicked in. Such a window must not take the turn of one that can play.
  await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 100))]);
  if (audio.state !== "running") return undefined;
  return navigator.locks.request(`atalaia.tone.${seq}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play(severity);
    await new Promise((done) => setTimeout(done, ALONE));
  });
}

/** Plays for new alerts while the frame is there. */
export function listen() {
  return onEntry((entry) => {
    const alert = entry.item;
    if (sound.peek() && entry.what === "opened" && alert && alert.silenced_by === null && sounds(alert.severity)) void playOnce(entry.seq, alert.severity).catch(reportError);
  });
}
