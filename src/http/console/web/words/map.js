// @ts-check
// Registers the words of the map.
import { addWords } from "../words.js";
import en from "./en/map.js";
import es from "./es/map.js";
import fr from "./fr/map.js";
import pt from "./pt/map.js";

addWords({ en, pt, es, fr });
