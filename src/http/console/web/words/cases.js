// @ts-check
// Registers the words of the list of cases.
import { loadWords } from "../words.js";

await loadWords("cases");
