// @ts-check
/** The word that somebody may have meant. */

/**
 * The word nearest to one that is not known; null if none is near.
 * @param {string} written
 * @param {Iterable<string>} words
 * @returns {string|null}
 */
export function nearest(written, words) {
  const sought = written.toLowerCase();
  let best = null;
  // A third of the letters may be wrong, and always one.
  let least = Math.max(1, Math.floor(sought.length / 3)) + 1;
  for (const word of words) {
    const far = distance(sought, word.toLowerCase());
    if (far < least) [best, least] = [word, far];
  }
  return best;
}

/**
 * How many letters have to be put in, taken out or changed to make one word of the other; two that changed places count as one.
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(one[i - 1] !== other[j - 1]));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}
