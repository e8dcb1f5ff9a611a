// @ts-check
// The alerts on the map: those that the list shows, kept up to date by the log.
import { effect, signal, untracked } from "../vendor/preact.js";
import { get } from "../api.js";
import { query } from "../list/filter.js";
import { onEntry, onReset } from "../live.js";
import { ended, eventNow, filter, selection } from "../state.js";

/** @typedef {import("../../types/api").Alert} Alert */

/** The most alerts on the map; the worst come first. */
const MOST = 1000;
/** Entries of the log within this time cause one request. Milliseconds. */
const GATHER = 1500;

/** Loads the alerts while the map is on the screen. */
export class MapAlerts {
  /** The alerts, the worst first. @type {import("../vendor/preact.js").Signal<Alert[]>} */
  list = signal(/** @type {Alert[]} */ ([]));
  /** Why they could not be loaded; null if they were. @type {import("../vendor/preact.js").Signal<unknown>} */
  fault = signal(/** @type {unknown} */ (null));
  /** How many fit the filter beyond those on the map. */
  left = signal(0);
  /** The selected alert, while the filter leaves it out. */
  chosen = signal(/** @type {Alert | null} */ (null));
  #offs; #timer = 0; #turn = 0;
  /** @type {{ list: Alert[], chosen: Alert | null, all: Alert[] }} */ #joined = { list: [], chosen: null, all: [] };
  /** @type {string|null} */ #etag = null;
  /** @type {string|null} */ #query = null;

  constructor() {
    this.#offs = [
      onEntry((entry) => {
        if (entry.item) this.#replace(entry.item);
        if (entry.topic === "alert" || entry.topic === "act" || entry.topic === "silence") this.#soon(GATHER);
      }),
      onReset(() => this.#soon(0)),
      effect(() => {
        void filter.value;
        if (ended.value === null) this.#soon(200);
      }),
      effect(() => {
        const { kind, id } = selection.value, isListed = this.list.value.some((alert) => alert.id === id);
        if (kind !== "alert" || id === null || isListed) this.chosen.value = null;
        else if (untracked(() => this.chosen.value?.id) !== id) void this.#choose(id);
      }),
    ];
  }

  /** What the map shows: the alerts of the filter, and the selected one in any case. @returns {Alert[]} */
  shown() {
    const list = this.list.peek(), chosen = this.chosen.peek();
    if (this.#joined.list !== list || this.#joined.chosen !== chosen) this.#joined = { list, chosen, all: chosen ? [...list, chosen] : list };
    return this.#joined.all;
  }

  /** @param {string} id */
  async #choose(id) {
    try {
      const { data } = await get(`/alerts/${encodeURIComponent(id)}`);
      if (this.#turn >= 0 && selection.peek().id === id && !this.list.peek().some((alert) => alert.id === id)) this.chosen.value = data;
    } catch {
      // An alert that cannot be opened is not on the map; its own page says why.
    }
  }

  dispose() {
    clearTimeout(this.#timer);
    this.#turn = -1;
    for (const off of this.#offs) off();
  }

  /** An alert that is already here changes at once; whether it still fits the filter is for the server to say. @param {Alert} item */
  #replace(item) {
    const list = this.list.peek(), at = list.findIndex((alert) => alert.id === item.id);
    if (at >= 0) this.list.value = list.with(at, item);
    else if (this.chosen.peek()?.id === item.id) this.chosen.value = item;
  }

  /** @param {number} pause */
  #soon(pause) {
    if (this.#turn < 0) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(), pause);
  }

  async #load() {
    const turn = ++this.#turn, text = filter.peek();
    // The same question as that of the list, which fills in what the text leaves open.
    const asked = query(text ?? "", [], eventNow.peek()), name = JSON.stringify(asked);
    try {
      const { data, etag } = await get("/alerts", { ...asked, sort: "-score", limit: MOST }, { etag: name === this.#query ? this.#etag : null, background: true });
      if (turn !== this.#turn) return;
      this.#query = name;
      this.#etag = etag;
      this.fault.value = null;
      if (!data) return;
      this.list.value = data.items;
      this.left.value = Math.max(0, (data.total ?? 0) - data.items.length);
    } catch (fault) {
      if (turn !== this.#turn) return;
      this.fault.value = fault;
      // A filter that the server refuses stays refused until it is mended, and without a session there is nothing to ask for.
      if (![400, 401].includes(/** @type {any} */ (fault).status)) this.#soon(5000);
    }
  }
}
