// @ts-check
// Registers the words that the frame, the log-in, status, people and audit use.
import { addWords } from "../words.js";
import en from "./en/shell.js";
import es from "./es/shell.js";
import fr from "./fr/shell.js";
import pt from "./pt/shell.js";

addWords({ en, pt, es, fr });
