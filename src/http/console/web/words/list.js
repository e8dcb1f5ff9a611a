// @ts-check
// Registers the words of the alert list and the watch page.
import { addWords } from "../words.js";
import en from "./en/list.js";
import es from "./es/list.js";
import fr from "./fr/list.js";
import pt from "./pt/list.js";

addWords({ en, pt, es, fr });
