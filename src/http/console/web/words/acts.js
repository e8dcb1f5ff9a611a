// @ts-check
// Registers the words of the acts on alerts.
import { loadWords } from "../words.js";

await loadWords("acts");
