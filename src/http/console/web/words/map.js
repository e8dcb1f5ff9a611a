// @ts-check
// Registers the words of the map.
import { loadWords } from "../words.js";

await loadWords("map");
