// @ts-check
// Registers the words that every part of the console uses.
import { loadWords } from "../words.js";

await loadWords("common");
