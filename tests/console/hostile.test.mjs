// @ts-check
// Names from the air, notes and zone names are data: whatever they hold is shown as text, in every view, form, tooltip and export.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { assertNoFaults, drawn, newPage, profile, shot, signIn, skip, start, stop } from "./browser.mjs";
import { ownDaemon, skipOwn, until } from "./daemon.mjs";
import { HOSTILE, markOf } from "./hostile_texts.mjs";

after(stop);

/** How often every view is looked at, each time with other texts in its places. `tests/long` sets 12. */
const ROUNDS = Number(process.env.ATALAIA_HOSTILE_ROUNDS ?? 1);
const WEB = new URL("../../src/http/console/web/", import.meta.url);
const ZONES = new URL("../../src/cli/demo/zones.geojson", import.meta.url);

/** Members whose text somebody else wrote. */
const FREE = new Set(["name", "summary", "text", "why", "call_sign", "destination", "finding_reason", "label", "measured_text", "threshold_text", "reason", "error", "line", "station", "stations", "story",
  "detail", "title", "who", "subject", "what_text", "purpose_text", "site", "input", "address", "limits", "blind_spots", "warnings", "reasons", "note", "file", "sink", "caller"]);
/** Columns of a name in the picture that are text. */
const NAMES = [1, 2];

/** The texts one after the other. @typedef {{ turn: number }} Turn */
/** @param {Turn} state */
const next = (state) => HOSTILE[state.turn++ % HOSTILE.length];
/** The same answer with hostile text wherever somebody else wrote it. @param {any} value @param {Turn} state @param {boolean} [isFree] @returns {any} */
function poisoned(value, state, isFree = false) {
  if (Array.isArray(value)) return value.map((each) => poisoned(each, state, isFree));
  if (typeof value === "string") return isFree ? next(state) : value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each, state, FREE.has(key))]));
}

/** Every tag that the console makes, from its source, and those of its page. */
function ownTags() {
  const tags = new Set(["html", "head", "body", "meta", "title", "link", "script", "div", "canvas"]);
  const sources = readdirSync(WEB, { recursive: true }).map(String).filter((name) => name.endsWith(".js") && !/^(words)\//.test(name));
  for (const name of sources) for (const [, tag] of readFileSync(new URL(name, WEB), "utf8").matchAll(/(?:\bh|createElement)\(\s*"([a-z][a-z0-9]*)"|"(h[1-6])"/g)) tags.add(tag);
  for (const own of ["h1", "h2", "h3", "h4", "style"]) tags.add(own);
  return [...tags].filter(Boolean);
}

/**
 * What is wrong with a page full of hostile texts: elements that are not ours, handlers, addresses, texts that are not what was sent. And which texts it has.
 * @param {import("playwright-core").Page} page
 */
function examine(page) {
  return page.evaluate(({ tags, texts }) => {
    const own = new Set(tags), wrong = /** @type {string[]} */ ([]), seen = new Set();
    const hidden = /[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufe00-\ufe0f\ufeff\ufff9-\uffff\u0000-\u001f\u007f-\u009f\u2028\u2029]|\udb40[\udc00-\udfff]/g;
    // Words that the dictionaries lack are shown with blanks for underscores.
    const plain = (/** @type {string} */ text) => text.toWellFormed().replace(/\ufffd/g, "").replace(hidden, "").replace(/[\s_]+/g, " ");
    const sent = texts.map((text) => plain(text.slice(0, -5)));
    const check = (/** @type {string} */ text, /** @type {string} */ where) => {
      for (const found of text.matchAll(/~(\d{3})~/g)) {
        const number = Number(found[1]);
        if (number >= sent.length) continue;
        seen.add(number);
        const before = plain(text.slice(0, found.index));
        if (!before.toUpperCase().endsWith(sent[number].toUpperCase().trimStart())) wrong.push(`${where}: ${JSON.stringify(before.slice(-60))} is not ${JSON.stringify(sent[number].slice(-60))}`);
      }
    };
    for (const each of document.querySelectorAll("*")) {
      if (each.namespaceURI === "http://www.w3.org/1999/xhtml" && !own.has(each.localName) && !each.matches("body > noscript")) wrong.push(`<${each.localName}> ${each.outerHTML.slice(0, 100)}`);
      for (const { name, value } of each.attributes) {
        if (/^on/.test(name) || name === "srcdoc" || name === "style" && /url\(/.test(value)) wrong.push(`${each.localName} ${name}=${value.slice(0, 60)}`);
        if (/^(href|src|action|formaction|xlink:href)$/.test(name) && !/^(\/|#|blob:|\.)/.test(value) && !value.startsWith(`${location.origin}/`) || /^\/[/\\]/.test(value) && /^(href|src)$/.test(name)) wrong.push(`${each.localName} ${name}=${value.slice(0, 60)}`);
        check(value, `${each.localName}[${name}]`);
      }
      const { value } = /** @type {any} */ (each);
      if (typeof value === "string") check(value, `${each.localName}.value`);
    }
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) check(nodes.currentNode.nodeValue ?? "", nodes.currentNode.parentElement?.className || "text");
    const wide = document.documentElement.scrollWidth - innerWidth;
    const widest = () => [...document.querySelectorAll("body *")].filter((each) => Math.max(each.scrollWidth, each.getBoundingClientRect().right) > innerWidth + 1 && ![...each.children].some((child) => child.scrollWidth > innerWidth + 1)).map((each) => `${each.parentElement?.className}/${each.localName}.${each.className}`);
    if (wide > 0) wrong.push(`a long text makes the page ${wide} pixels too wide: ${[...new Set(widest())].slice(0, 5).join(", ")}`);
    return { wrong: [...new Set(wrong)].slice(0, 8), seen: [...seen] };
  }, { tags: ownTags(), texts: HOSTILE.map((text) => text.toWellFormed()) });
}

test("two hundred hostile texts stay text in every view, form, tooltip and in print", { skip, timeout: 90_000 * ROUNDS }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  const { items: [alert] } = await (await page.request.get("/api/v1/alerts?limit=1")).json();
  const state = /** @type {Turn} */ ({ turn: 0 }), atSea = /** @type {Turn} */ ({ turn: 0 });
  await page.route(/\/api\/v1\/(session|alerts|cases|vessels|zones|silences|status|feeds|audit|users|tokens|sessions|picture\/names)/, async (route) => {
    const answer = await route.fetch();
    if (!(answer.headers()["content-type"] ?? "").includes("json")) return route.fulfill({ response: answer });
    const json = await answer.json(), isSession = route.request().url().endsWith("/api/v1/session");
    if (isSession && answer.ok()) return route.fulfill({ response: answer, json: { ...json, site: next(state), preferences: { ...json.preferences, filters: Array.from({ length: 8 }, () => ({ name: next(state), text: next(state) })) } } });
    if (route.request().url().includes("/picture/names")) return route.fulfill({ response: answer, json: { ...json, items: json.items.map((/** @type {any[]} */ row) => row.map((each, at) => (NAMES.includes(at) ? next(atSea) : each))) } });
    // A site with two hundred zones, so that each text is seen at least there.
    if (/\/zones$/.test(route.request().url()) && json.features?.length) json.features = HOSTILE.map((name, at) => ({ ...json.features[at % json.features.length], id: `z${at}`, properties: { ...json.features[at % json.features.length].properties, id: `z${at}`, name } }));
    else return route.fulfill({ response: answer, json: poisoned(json, state) });
    return route.fulfill({ response: answer, json });
  });
  // Preferences are hers, and must not be kept with what this test makes of them.
  await page.route("**/api/v1/me/preferences", (route) => route.fulfill({ status: 204 }));
  /** @type {Set<number>} */
  const seen = new Set();
  const look = async (/** @type {string} */ where) => {
    const found = await examine(page);
    assert.deepEqual(found.wrong, [], where);
    for (const number of found.seen) seen.add(number);
  };
  const press = (/** @type {string} */ key) => page.keyboard.press(key);
  /** What is opened on a page, beside the page itself. @type {Record<string, () => Promise<unknown>>} */
  const more = {
    "/": async () => {
      await page.locator(".alert-row").first().click();
      await page.locator(".al-panel .al-body").first().waitFor();
      for (const key of ["n", "I", "s", "v", "A"]) {
        await page.locator(".alert-row").first().click();
        await press(key);
        await page.locator(".act-form").waitFor();
        await look(`/ form ${key}`);
        await page.locator(".act-form .act-close").click();
        await page.locator(".act-form").waitFor({ state: "detached" });
      }
      await page.locator(".saved > button").click();
      await page.locator(".saved-menu .saved-row").first().waitFor();
      await look("/ saved filters");
      await press("Escape");
      await page.getByRole("button", { name: "Counts" }).click();
    },
    "/map": async () => {
      await page.getByRole("button", { name: /^List/ }).first().click();
      await page.locator(".map-list-row").first().waitFor();
      await look("/map list");
      await page.locator(".map-list-row").first().click();
    },
    "/people": async () => {
      await page.getByRole("button", { name: "Edit" }).first().click();
      await page.locator("form.form").first().waitFor();
    },
    [`/alerts/${alert.id}`]: async () => {
      await page.locator(".al-body").waitFor();
      await page.emulateMedia({ media: "print" });
      await look("alert in print");
      await page.emulateMedia({ media: null });
    },
    "/status": async () => {
      await page.locator("header.bar input").first().fill("a ship");
      await page.getByRole("listbox").or(page.locator(".search-results")).first().waitFor();
    },
  };
  const pages = ["/", "/map", `/alerts/${alert.id}`, "/cases", alert.case_id && `/cases/${alert.case_id}`, alert.vessels[0] && `/vessels/${alert.vessels[0].mmsi}`, "/silences", "/zones", "/status", "/people", "/people?tab=tokens", "/people?tab=sessions", "/audit"].filter(Boolean);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const path of pages) {
      await page.goto(path);
      await drawn(page);
      await look(path);
      if (more[path]) {
        await more[path]();
        await look(`${path}, opened`);
      }
      if (round === 0) await shot(page, `hostile-${path.split(/[/?]/)[1] || "watch"}`);
    }
  }
  const missing = HOSTILE.map((_, number) => number).filter((number) => !seen.has(number));
  assert.ok(missing.length === 0, `never shown: ${missing.map((number) => JSON.stringify(HOSTILE[number].slice(0, 30)))}`);
  // A vessel of an old alert may have no track any more.
  assertNoFaults(faults.filter((each) => !/status of (404|422)/.test(each)));
  await context.close();
});

/** The cells of a CSV text. @param {string} text */
function cells(text) {
  const found = /** @type {string[]} */ ([]);
  for (const [, quoted, bare] of text.matchAll(/(?:^|,|;|\r?\n)(?:"((?:[^"]|"")*)"|([^",;\r\n]*))/g)) found.push(quoted !== undefined ? quoted.replaceAll('""', '"') : bare);
  return found;
}

test("the exports carry hostile names as data: no formula in a table, whole GeoJSON and KML", { skip: skipOwn, timeout: 60_000 }, async () => {
  const zones = JSON.parse(readFileSync(ZONES, "utf8"));
  const names = HOSTILE.filter((text) => text.length < 60 && /^[=+@<&"'-]/.test(text) && !/[\u0000-\u001f\u007f-\u009f]/.test(text));
  assert.ok(names.length > 20, String(names.length));
  zones.features.forEach((/** @type {any} */ zone, /** @type {number} */ at) => { zone.properties.name = names[(at * 7) % names.length]; });
  const own = await ownDaemon({ zones: JSON.stringify(zones) });
  try {
    await own.start();
    own.add("ana", "analyst,supervisor", "four words that rhyme");
    const context = await profile({ baseURL: own.url });
    const { page, faults } = await newPage(context);
    await signIn(page, "/status", { own: true, name: "ana", password: "four words that rhyme" });
    // Until all of the recording is read: the list is the same three times.
    const lists = /** @type {any[]} */ ([]);
    const { items } = await until(async () => {
      const left = own.feed.send(6000);
      lists.push(await (await page.request.get("/api/v1/alerts?limit=100")).json());
      const [before, now] = [lists.at(-15), lists.at(-1)];
      return left === 0 && before && before.seq === now.seq && now.items.some((/** @type {any} */ one) => one.zones.length > 0) ? now : null;
    }, "alerts in zones");
    const { csrf } = await (await page.request.get("/api/v1/session")).json();
    for (const [at, { id }] of items.entries()) {
      const headers = { "X-Atalaia-Csrf": csrf, Origin: own.url, "Idempotency-Key": `hostile-${at}` };
      const to = names[at % names.length].slice(0, 40), text = HOSTILE[at * 3];
      for (const data of [{ act: "assign", to }, { act: "note", text: text.toWellFormed().slice(0, 9000) }]) {
        const { status } = await page.request.post(`/api/v1/alerts/${id}/acts`, { headers: { ...headers, "Idempotency-Key": `${at}-${data.act}` }, data }).then((answer) => ({ status: answer.status() }));
        assert.ok(status < 500, `${status} for ${JSON.stringify(data)}`);
      }
    }
    const got = async (/** @type {string} */ format) => {
      const answer = await page.request.get(`/api/v1/alerts/export?format=${format}&why=looking%20at%20hostile%20names`);
      assert.equal(answer.status(), 200, `${format}: ${await answer.text()}`);
      return answer.text();
    };
    for (const format of ["csv", "excel"]) {
      const table = cells(await got(format));
      assert.ok(table.some((cell) => /~\d{3}~/.test(cell)), `${format} has no hostile name`);
      assert.deepEqual(table.filter((cell) => /^[=+@\t\r-]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell)), [], format);
    }
    const geojson = JSON.parse(await got("geojson"));
    assert.equal(geojson.type, "FeatureCollection");
    for (const { id } of items) assert.ok(geojson.features.some((/** @type {any} */ feature) => JSON.stringify(feature).includes(id)), id);
    const marks = items.flatMap((/** @type {any} */ one) => one.zones.map((/** @type {any} */ zone) => zone.name));
    for (const name of marks) assert.ok(JSON.stringify(geojson).includes(JSON.stringify(name).slice(1, -1)), name);
    for (const line of (await got("jsonl")).trim().split("\n")) JSON.parse(line);
    const kml = await got("kml");
    const blank = await (await start()).newPage();
    const read = await blank.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, "application/xml");
      const tags = [...new Set([...parsed.querySelectorAll("*")].map((each) => each.localName))];
      // Globe programs read a description as HTML.
      const bodies = [...parsed.querySelectorAll("description")].map((each) => new DOMParser().parseFromString(each.textContent ?? "", "text/html").body);
      const shown = bodies.flatMap((body) => [...body.querySelectorAll("*")].map((each) => each.localName));
      return { fault: parsed.querySelector("parsererror")?.textContent ?? null, tags: [...tags, ...new Set(shown)], text: bodies.map((body) => body.textContent).join("\n") };
    }, kml);
    await blank.close();
    assert.equal(read.fault, null);
    assert.deepEqual(read.tags.filter((tag) => ["img", "script", "svg", "a", "iframe", "style"].includes(tag)), []);
    for (const name of marks) assert.ok(read.text.includes(name), `KML lacks ${name}`);
    // What is left of these names in the console of this daemon.
    for (const path of ["/?q=severity%3E%3Dinfo", "/zones", `/alerts/${items[0].id}`]) {
      await page.goto(path);
      await drawn(page);
      assert.deepEqual((await examine(page)).wrong, [], path);
    }
    assertNoFaults(faults.filter((each) => !/status of 404/.test(each)));
    await context.close();
  } finally {
    await own.close();
  }
});

test("each text has a mark of its own", () => {
  assert.equal(HOSTILE.length, 200);
  assert.equal(new Set(HOSTILE).size, 200);
  HOSTILE.forEach((text, number) => assert.ok(text.endsWith(markOf(number))));
});
