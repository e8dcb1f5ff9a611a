// @ts-check
// Registers the words of the list of cases.
import { addWords } from "../words.js";
import en from "./en/cases.js";
import es from "./es/cases.js";
import fr from "./fr/cases.js";
import pt from "./pt/cases.js";

addWords({ en, pt, es, fr });
