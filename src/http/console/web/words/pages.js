// @ts-check
// Registers the words that the log-in, account, status, zones, people and audit use.
import { loadWords } from "../words.js";

await loadWords("pages");
