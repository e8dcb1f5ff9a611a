// @ts-check
// Calling those who listen.

/**
 * Calls each listener, also those after one that throws. Its fault goes where uncaught ones go.
 * @template {any[]} T
 * @param {Iterable<(...given: T) => unknown>} listeners
 * @param {T} given
 */
export function callAll(listeners, ...given) {
  for (const each of [...listeners]) {
    try {
      each(...given);
    } catch (fault) {
      reportError(fault);
    }
  }
}
