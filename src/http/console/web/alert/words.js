// @ts-check
// The words of the pages of an alert, a vessel and a case. Importing this file makes them known.
import { addWords } from "../words.js";
import en from "../words/en/alert.js";
import es from "../words/es/alert.js";
import fr from "../words/fr/alert.js";
import pt from "../words/pt/alert.js";

addWords({ en, pt, es, fr });

export { t, word } from "../words.js";
