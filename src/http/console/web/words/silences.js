// @ts-check
// Registers the words of the view of silences.
import { addWords } from "../words.js";
import en from "./en/silences.js";
import es from "./es/silences.js";
import fr from "./fr/silences.js";
import pt from "./pt/silences.js";

addWords({ en, pt, es, fr });
