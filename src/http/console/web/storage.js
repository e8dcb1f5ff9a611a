// @ts-check
// What this browser (`local`) or this window (`session`) keeps. Where keeping is forbidden or the room is full, nothing is kept and the page goes on.

/** @param {() => Storage} storage the getter itself throws where storage is forbidden */
function guarded(storage) {
  /** @template T @param {() => T} act @param {T} otherwise */
  const attempt = (act, otherwise) => {
    try {
      return act();
    } catch {
      return otherwise;
    }
  };
  return {
    /** @param {string} name @returns {string | null} */
    get: (name) => attempt(() => storage().getItem(name), null),
    /** What was kept as JSON; null if there is nothing, or nothing that can be read. @param {string} name @returns {any} */
    read: (name) => attempt(() => JSON.parse(storage().getItem(name) ?? "null"), null),
    /** @param {string} name @param {string} value */
    set: (name, value) => attempt(() => storage().setItem(name, value), undefined),
    /** Keeps a value as JSON. @param {string} name @param {unknown} value */
    write: (name, value) => attempt(() => storage().setItem(name, JSON.stringify(value)), undefined),
    /** @param {string} name */
    remove: (name) => attempt(() => storage().removeItem(name), undefined),
    clear: () => attempt(() => storage().clear(), undefined),
  };
}

export const local = guarded(() => localStorage);
/** Gone with the tab. */
export const tab = guarded(() => sessionStorage);
