// @ts-check
// The layer of the tiles that the worker draws.
import { createXYZ, ImageTileSource, TileLayer } from "../../vendor/ol.js";
import { workerUrl } from "../../trusted.js";

/** @typedef {import("../../land.js").Setup} Setup */

/** Pixels of the device along a tile. */
const SIZE = 512;
/** Pause before tiles without their land are drawn again. Milliseconds. */
const AGAIN = 10_000;
/** Finest level of the tiles; closer in, they are stretched by the map. */
const FINEST = 15;

/**
 * Makes the layer.
 * @param {(fault: string|null) => void} onFault called with why the coastline is missing, and with null once it is there again
 */
export function groundLayer(onFault) {
  const worker = new Worker(/** @type {any} */ (workerUrl("./land.js")), { type: "module", name: "land" });
  /** @type {Map<number, {resolve: (bitmap: ImageBitmap) => void, reject: (why: Error) => void}>} */
  const pending = new Map();
  let last = 0, key = "", turn = 0, isBroken = false;
  /** @type {any} */
  let timer = 0;
  // Another key, not `refresh` of the source: that would empty the map until the worker has answered.
  const refresh = () => {
    clearTimeout(timer);
    timer = 0;
    isBroken = false;
    source.setKey(String(++turn));
  };
  worker.onmessage = ({ data }) => {
    isBroken ||= data.fault !== null;
    onFault(isBroken ? data.fault ?? "" : null);
    if (isBroken && !timer) timer = setTimeout(refresh, AGAIN);
    const request = pending.get(data.id);
    pending.delete(data.id);
    if (request) request.resolve(data.bitmap);
    else data.bitmap.close();
    // For those who measure when the map is complete.
    if (request && pending.size === 0) {
      performance.mark("map-ground");
      performance.clearMarks("map-ground");
    }
  };
  worker.onerror = () => onFault("the worker that draws the land has stopped");
  const ratio = devicePixelRatio > 1.4 ? 2 : 1;
  const source = new ImageTileSource({
    tileGrid: createXYZ({ tileSize: SIZE / ratio, maxZoom: FINEST + ratio - 1 }),
    wrapX: true,
    transition: 0,
    /** @param {number} z @param {number} x @param {number} y @param {{signal: AbortSignal}} options */
    loader(z, x, y, { signal }) {
      const id = ++last;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        signal?.addEventListener("abort", () => {
          worker.postMessage({ kind: "drop", id });
          pending.delete(id);
          reject(new DOMException("not needed any more", "AbortError"));
        });
        worker.postMessage({ kind: "tile", id, z, x, y });
      });
    },
  });
  const layer = new TileLayer({ source, cacheSize: 96, preload: 0 });
  return {
    layer,
    /** Draws all tiles again, where some may lack their land. */
    refresh() {
      if (isBroken) refresh();
    },
    /** Shows something else; the old tiles stay until the new ones are there. @param {Omit<Setup, "size">} setup */
    setUp(setup) {
      const text = JSON.stringify(setup);
      if (text === key) return;
      worker.postMessage({ kind: "setup", setup: { ...setup, size: SIZE } });
      key = text;
      refresh();
    },
    dispose() {
      clearTimeout(timer);
      worker.terminate();
      for (const { reject } of pending.values()) reject(new Error("the map is closed"));
      pending.clear();
    },
  };
}
