// @ts-check
// Registers the words of the view of silences.
import { loadWords } from "../words.js";

await loadWords("silences");
