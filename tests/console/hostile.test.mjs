// @ts-check
// Names from the air, notes and zone names are data: whatever they hold is shown as text, in every view.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

const NASTY = [
  "<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "</script><svg onload=alert(1)>", "javascript:alert(1)", "{{7*7}} ${7*7} <%= 7*7 %>", "=cmd|' /C calc'!A0", "&lt;b&gt;&amp;amp;",
  "\u202eEVIL\u202c SHIP", "\u200b\u2060ZERO", "A".repeat(10_000), "\ud800 LONE", "<style>*{display:none}</style>", "<iframe srcdoc='<script>alert(1)</script>'>", "' onfocus='alert(1)' autofocus='",
];
/** Members whose text somebody else wrote. */
const FREE = new Set(["name", "summary", "text", "why", "call_sign", "destination", "finding_reason", "label", "measured_text", "reason", "error", "line", "station"]);

/** One hostile text after the other, or `only` one. @typedef {{ turn: number, only?: string }} Turn */
/** The same answer with hostile text wherever somebody else wrote it. @param {any} value @param {Turn} state @returns {any} */
function poisoned(value, state) {
  if (Array.isArray(value)) return value.map((each) => poisoned(each, state));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, FREE.has(key) && typeof each === "string" ? (state.only ?? NASTY[state.turn++ % NASTY.length]) : poisoned(each, state)]));
}

test("hostile text stays text in every view", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const list = await (await page.request.get("/api/v1/alerts?limit=1")).json();
  const [alert] = list.items;
  /** @type {Turn} */
  const state = { turn: 0 };
  await page.route(/\/api\/v1\/(alerts|cases|vessels|zones|silences|status|feeds|audit|users|tokens|picture\/names)/, async (route) => {
    const answer = await route.fetch();
    if (!(answer.headers()["content-type"] ?? "").includes("json")) return route.fulfill({ response: answer });
    return route.fulfill({ response: answer, json: poisoned(await answer.json(), state) });
  });
  const pages = ["/", `/alerts/${alert.id}`, "/cases", alert.case_id && `/cases/${alert.case_id}`, alert.vessels[0] && `/vessels/${alert.vessels[0].mmsi}`, "/silences", "/zones", "/status", "/people", "/audit", "/map"];
  for (const path of pages.filter(Boolean)) {
    await page.goto(path);
    await drawn(page);
    const made = await page.evaluate(() => {
      const strange = "img[src=x], main iframe, main style, main script, body script, [onerror], [onload], [onfocus], [srcdoc], a[href^='javascript:'], base, object, embed";
      return [...document.querySelectorAll(strange)].map((each) => each.outerHTML.slice(0, 120));
    });
    assert.deepEqual(made, [], path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path}: a long name makes the page ${wide} pixels too wide`);
    await shot(page, `hostile-${path.split("/")[1] || "watch"}`);
  }
  // A site may have fewer zones than there are texts.
  state.only = NASTY[0];
  await page.goto("/zones");
  await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
  // A vessel of an old alert may have no track any more.
  assertNoFaults(faults.filter((each) => !/status of 404/.test(each)));
  await context.close();
});
