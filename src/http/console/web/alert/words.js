// @ts-check
// The words of the pages of an alert, a vessel and a case. Importing this file makes them known.
import { loadWords } from "../words.js";

await loadWords("alert");

export { t, word } from "../words.js";
