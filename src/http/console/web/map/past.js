// @ts-check
// What happened at the selected alert: the tracks of its vessels round its time, loaded when it is selected.
import { effect, signal } from "../vendor/preact.js";
import { get } from "../api.js";
import { selection } from "../state.js";
import { partsOf } from "./places.js";

/** Somebody who goes through the list does not look at each. Milliseconds. */
const PAUSE = 300;

export class Past {
  /** The parts of the tracks; empty while none are there. @type {import("../vendor/preact.js").Signal<{mmsi: number, points: number[][]}[]>} */
  tracks = signal(/** @type {{mmsi: number, points: number[][]}[]} */ ([]));
  /** Done once the tracks of the selection are there, or cannot be had. @type {Promise<void>} */
  loaded = Promise.resolve();
  #off; #timer = 0; #abort = new AbortController();

  constructor() {
    this.#off = effect(() => {
      const { kind, id } = selection.value;
      this.#end();
      this.tracks.value = [];
      if (kind !== "alert" || id === null) return;
      const { signal: cut } = (this.#abort = new AbortController());
      this.loaded = new Promise((done) => {
        cut.addEventListener("abort", () => done());
        this.#timer = window.setTimeout(() => void this.#load(id, cut).then(done), PAUSE);
      });
    });
  }

  dispose() {
    this.#off();
    this.#end();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  /** @param {string} id @param {AbortSignal} cut */
  async #load(id, cut) {
    try {
      const { data } = await get(`/alerts/${encodeURIComponent(id)}`, {}, { signal: cut, background: true });
      if (data && !cut.aborted) this.tracks.value = partsOf(data, data.evidence?.tracks ?? []);
    } catch {
      // The page of the alert says why it cannot be had; the map is whole without its tracks.
    }
  }
}
