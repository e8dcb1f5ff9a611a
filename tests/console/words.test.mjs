// @ts-check
// The dictionaries: the same keys and the same placeholders in every language, and the plural forms that each needs.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../src/http/console/web/", import.meta.url);
const LANGUAGES = ["en", "pt", "es", "fr"];

/** @param {string} language @param {string} file @returns {Promise<Record<string, any>>} */
const load = async (language, file) => (await import(new URL(`words/${language}/${file}`, WEB).href)).default;
/** @param {any} value */
const forms = (value) => (typeof value === "string" ? [value] : Object.values(value));
/** @param {string} text */
const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

for (const file of readdirSync(new URL("words/en/", WEB)).filter((name) => name.endsWith(".js"))) {
  test(`${file} is complete in every language`, async () => {
    const english = await load("en", file);
    for (const language of LANGUAGES.slice(1)) {
      const words = await load(language, file);
      assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), language);
      for (const [key, value] of Object.entries(words)) {
        const wanted = new Set(forms(english[key]).flatMap(places));
        for (const form of forms(value)) {
          assert.ok(form.trim(), `${language} ${key} is empty`);
          for (const place of places(form)) assert.ok(wanted.has(place), `${language} ${key}: ${place} is not in the English text`);
        }
        const longest = forms(value).reduce((a, b) => (a.length > b.length ? a : b));
        for (const place of wanted) assert.ok(forms(value).some((form) => form.includes(place)), `${language} ${key} lacks ${place}: ${longest}`);
      }
    }
  });
}

test("every key that the frame asks for is in the dictionaries", async () => {
  const known = new Set();
  for (const file of readdirSync(new URL("words/en/", WEB))) for (const key of Object.keys(await load("en", file))) known.add(key);
  const missing = [];
  const sources = readdirSync(WEB, { recursive: true }).map(String).filter((name) => name.endsWith(".js") && !/^(vendor|words)\//.test(name));
  for (const name of sources) {
    const text = readFileSync(new URL(name, WEB), "utf8");
    for (const [, key] of text.matchAll(/\bt\(\s*"([a-z_]+\.[a-zA-Z_.-]+)"/g)) if (!known.has(key)) missing.push(`${name}: ${key}`);
  }
  assert.deepEqual(missing, []);
});
