// @ts-check
// Registers the words that the frame uses.
import { loadWords } from "../words.js";

await loadWords("shell");
