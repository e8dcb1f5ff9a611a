// @ts-check
// Every text that a user reads, in the language that she chose. Dictionaries are in words/LANGUAGE/AREA.js; the engine's
// own sentences are evidence and stay English.
import { local } from "./storage.js";
import { signal } from "./vendor/preact.js";

/** @typedef {"en" | "pt" | "es" | "fr"} Language */
/** @typedef {{ zero?: string, one?: string, two?: string, few?: string, many?: string, other: string }} Plural */
/** @typedef {{ [key: string]: string | Plural }} Words */

/** @type {readonly Language[]} */
export const LANGUAGES = ["en", "pt", "es", "fr"];
/** What each language calls itself. */
export const LANGUAGE_NAMES = { en: "English", pt: "Português", es: "Español", fr: "Français" };

/** The language of this browser; read in `t`, so that a component that shows text is drawn again when it changes. */
export const language = signal(/** @type {Language} */ (initial()));

/** @type {Record<Language, Map<string, string | Plural>>} */
const known = { en: new Map(), pt: new Map(), es: new Map(), fr: new Map() };
/** @type {Map<Language, Intl.PluralRules>} */
const rules = new Map();

/** What early.js has found out: what was chosen before, else what the browser asks for. @returns {Language} */
function initial() {
  return LANGUAGES.find((one) => one === document.documentElement.lang) ?? "en";
}

/** Areas whose words this window has asked for. @type {Set<string>} */
const areas = new Set();

/**
 * Loads the words of an area in the language in force, and from then on in each that is chosen. Awaited by the module of
 * an area before it is used, so that no key is ever shown. Each language has the same keys: `tsc` checks that where the
 * dictionaries are typed by the English one.
 * @param {string} area file in words/LANGUAGE
 */
export async function loadWords(area) {
  areas.add(area);
  await load(language.peek(), area);
}

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/** @param {Language} chosen @param {string} area @returns {Promise<void>} */
function load(chosen, area) {
  const name = `${chosen}/${area}`;
  let one = loading.get(name);
  if (!one) {
    one = import(`./words/${name}.js`).then(({ default: words }) => {
      for (const [key, value] of Object.entries(words)) known[chosen].set(key, value);
    });
    loading.set(name, one);
  }
  return one;
}

/** The language that was chosen last; its words may still be on their way. */
let wanted = language.peek();

/** Changes the language once its words are there; if they cannot be had, it stays as it is.
 * @param {Language} chosen */
export async function setLanguage(chosen) {
  wanted = chosen;
  try {
    // An area may be asked for while the words of the others are on their way.
    for (let before = -1; before !== areas.size;) {
      before = areas.size;
      await Promise.all([...areas].map((area) => load(chosen, area)));
    }
  } catch {
    for (const area of areas) loading.delete(`${chosen}/${area}`);
    return;
  }
  if (wanted !== chosen) return;
  local.set("atalaia.language", chosen);
  document.documentElement.lang = chosen;
  language.value = chosen;
}

/**
 * The text for a key. `n` selects the plural form; `{name}` in the text becomes the value of that name, numbers as the
 * language writes them. A key that is not known is returned as it is, so that nothing is ever empty.
 * @param {string} key
 * @param {Record<string, string | number | null | undefined>} [values]
 * @returns {string}
 */
export function t(key, values) {
  const chosen = language.value;
  const found = known[chosen].get(key);
  if (found === undefined) return key;
  const text = typeof found === "string" ? found : plural(found, Number(values?.n ?? 0), chosen);
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => shown(values[name], whole, chosen)) : text;
}

/** Whether there is a text for the key; for words that come from the server and may be newer than the dictionaries.
 * @param {string} key */
export function hasWord(key) {
  return known[language.value].has(key);
}

/** The text for `PREFIX.VALUE`, else the value itself with spaces for underscores.
 * @param {string} prefix @param {string | null | undefined} value */
export function word(prefix, value) {
  if (value == null) return "";
  const key = `${prefix}.${value}`;
  return hasWord(key) ? t(key) : value.replaceAll("_", " ");
}

/** @param {Plural} forms @param {number} n @param {Language} chosen */
function plural(forms, n, chosen) {
  let rule = rules.get(chosen);
  if (!rule) rules.set(chosen, (rule = new Intl.PluralRules(chosen)));
  return forms[rule.select(n)] ?? forms.other;
}

/** @param {unknown} value @param {string} whole @param {Language} chosen */
function shown(value, whole, chosen) {
  if (value === undefined) return whole;
  return typeof value === "number" ? value.toLocaleString(chosen) : String(value ?? "");
}
