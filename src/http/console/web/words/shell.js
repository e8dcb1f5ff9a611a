// @ts-check
// Registers the words that the frame, the log-in, status, people and audit use.
import { loadWords } from "../words.js";

await loadWords("shell");
