// @ts-check
// Loads what a page shows, and loads it again in place when the log says that it has changed.
import { useCallback, useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { onEntry, onReset } from "../live.js";
import { answers, forgetAnswer } from "../purpose.js";
import { ended } from "../state.js";

/** Entries come in bursts: an alert, its deliveries, its case. Milliseconds. */
const SETTLE = 150;
/** Time until a server that was busy or out of reach is asked again. Milliseconds. */
const AGAIN = 5000;

/**
 * Data of a path. While it is loaded again, and if that fails, the data stay on the screen.
 * @template T
 * @typedef {object} Loaded
 * @property {T | null} data - `null` until it is there for the first time
 * @property {Error | null} fault - of the latest attempt
 * @property {string | null} etag
 * @property {() => void} reload
 */

/**
 * @template T
 * @param {string | null} path - `null` loads nothing
 * @param {import("../api.js").Params} [params]
 * @param {(entry: any) => boolean} [concerns] - whether an entry of the log makes the data old
 * @returns {Loaded<T>}
 */
export function useLoaded(path, params, concerns) {
  const key = path === null ? null : `${path}?${JSON.stringify(params ?? {})}`;
  const [state, setState] = useState(/** @type {{key: string | null, data: T | null, fault: Error | null, etag: string | null}} */ ({ key, data: null, fault: null, etag: null }));
  const running = useRef(/** @type {AbortController | null} */ (null));
  const latest = useRef({ key, etag: /** @type {string | null} */ (null), path, params, concerns });
  if (latest.current.key !== key) latest.current = { key, etag: null, path, params, concerns };
  latest.current.concerns = concerns;

  const load = useCallback(async (background = false) => {
    const asked = latest.current;
    if (asked.path === null) return;
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    try {
      const answer = await get(asked.path, asked.params, { signal: abort.signal, etag: asked.etag, background });
      // A late answer to an earlier selection is dropped.
      if (latest.current.key !== asked.key || abort.signal.aborted) return;
      asked.etag = answer.etag ?? asked.etag;
      setState((old) => ({ key: asked.key, data: answer.data ?? (old.key === asked.key ? old.data : null), fault: null, etag: asked.etag }));
    } catch (fault) {
      if (abort.signal.aborted || latest.current.key !== asked.key) return;
      setState((old) => ({ key: asked.key, data: old.key === asked.key ? old.data : null, fault: /** @type {Error} */ (fault), etag: asked.etag }));
    }
  }, []);

  useEffect(() => {
    load();
    return () => running.current?.abort();
  }, [key]);
  // What was refused for want of a purpose is asked for again once there is one.
  const isUnasked = /** @type {any} */ (state.fault)?.type === "purpose";
  const given = answers.value;
  useEffect(() => {
    if (isUnasked) load();
  }, [given]);
  const status = state.fault ? /** @type {any} */ (state.fault).status : null;
  useEffect(() => {
    if (status !== 0 && status !== 503) return undefined;
    const timer = setTimeout(() => load(true), AGAIN);
    return () => clearTimeout(timer);
  }, [state.fault]);
  // What a session that ended has refused is asked for again in the next one.
  const isOver = ended.value !== null;
  useEffect(() => {
    if (!isOver && status === 401) load();
  }, [isOver]);
  useEffect(() => {
    let timer = 0;
    const again = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => load(true), SETTLE);
    };
    const offs = [onEntry((/** @type {any} */ entry) => {
      if (latest.current.concerns?.(entry)) again();
    }), onReset(again)];
    return () => {
      clearTimeout(timer);
      for (const off of offs) off();
    };
  }, []);

  const reload = useCallback(() => void load(), []);
  const current = state.key === key ? state : { data: null, fault: null, etag: null };
  return { data: current.data, fault: current.fault, etag: current.etag, reload };
}

/**
 * Asks again for what could not be had, because the reader wants it.
 * @param {Error} fault
 * @param {() => void} again
 */
export function retry(fault, again) {
  if (/** @type {any} */ (fault).type === "purpose") forgetAnswer();
  again();
}

/**
 * Whether an entry of the log is about an alert.
 * @param {any} entry
 * @param {string} id
 */
export const isAbout = (entry, id) => entry.subject === id || entry.item?.id === id || entry.subject === `alert ${id}`;

/**
 * Whether the server knows nothing under that path, or lets the reader see nothing of it.
 * @param {Error | null} fault
 */
export const isUnknown = (fault) => fault !== null && /** @type {any} */ (fault).status === 404;
