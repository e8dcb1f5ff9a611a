// @ts-check
// Registers the words of the acts on alerts.
import { addWords } from "../words.js";
import en from "./en/acts.js";
import es from "./es/acts.js";
import fr from "./fr/acts.js";
import pt from "./pt/acts.js";

addWords({ en, pt, es, fr });
