// @ts-check
// Registers the words of the alert list and the watch page.
import { loadWords } from "../words.js";

await loadWords("list");
