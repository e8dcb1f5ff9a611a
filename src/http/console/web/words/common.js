// @ts-check
// Registers the words that every part of the console uses.
import { addWords } from "../words.js";
import en from "./en/common.js";
import es from "./es/common.js";
import fr from "./fr/common.js";
import pt from "./pt/common.js";

addWords({ en, pt, es, fr });
