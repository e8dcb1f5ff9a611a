// @ts-check
// Hostile names, call signs and destinations as ships send them, through the real daemon: into list, alert, map, vessel, exports and the names of the picture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { boat, position, voyage } from "./ais.mjs";
import { assertNoFaults, newPage, profile, shot, signIn, start, stop } from "./browser.mjs";
import { ownDaemon, skipOwn, until } from "./daemon.mjs";

after(stop);

const ZONES = readFileSync(new URL("../../src/cli/demo/zones.geojson", import.meta.url), "utf8");
/** Seconds since 1970 at which the ships set out, and how long they go, seconds. */
const START = 1_490_100_000, GOES = 2400;

/** What six bits carry: name, call sign, destination. Padding, and what follows it, is no part of a text. */
const SIX = [
  ["<IMG SRC=X ONERROR=1", "<B>", "</TITLE><SVG ONLOAD="], ["\"><SCRIPT>ALERT(1)</", "\"'><", "<!--"], ["' ONFOCUS='X'", "'X'", "]]>"], ["=HYPERLINK(\"X\",\"Y\")", "=1+1", "+1+1"],
  ["&LT;B&GT;&AMP;&#60;", "&AMP;", "%3CB%3E"], ["<A HREF=\\\\EVIL\\X>", "A,B;C", "../../ETC/PASSWD"], ["PAD@<B>HIDDEN", "@@@@@@@", "X@Y"], ["BLANKS      ", "B ", "TO SEA   "],
  ["-2+3", "-1", "$&$1[OBJECT OBJECT]"], ["?Q=1#X:Y|", "#", "SEVERITY>=HIGH"].map((each) => each.replace("|", "/")),
];
/** What JSON carries beside them. */
const FREE = ["<img src=x onerror=1", "\u202eEVIL\u2066 <b>", "سفينة &amp;", "{{7*7}}${x}`", "=sum(1)", "😀</script>", "java\u200bscript:x", "__proto__", "Z̷͔͒ALGO", "${name}%s"];
/** Longer than its field, with a control, only padding: no name at all. */
const NONE = ["<img src=x onerror=alert(1)>", "a\u0000b\u001b[31mRED", "@SUM(1)"];

const ships = [
  ...SIX.map(([name, callSign, destination], at) => ({ mmsi: 228_100_001 + at, name, callSign, destination, isBoat: at % 3 === 2, isJson: false })),
  ...[...FREE, ...NONE].map((name, at) => ({ mmsi: 228_200_001 + at, name, callSign: name.slice(0, 7), destination: name, isBoat: false, isJson: true })),
];

/** All lines of their way: each goes north through the watched channel at 30 knots, 0.8 nautical miles beside the next. */
function lines() {
  const all = /** @type {string[]} */ ([]);
  for (let past = 0; past <= GOES; past += 30) {
    for (const [number, ship] of ships.entries()) {
      const at = START + past;
      all.push(...position({ mmsi: ship.mmsi, at, lat: 15.82 + (past * 30) / 3600 / 60, lon: -61.59 + number * 0.014, knots: 30, course: 0 }));
      if (past % 360 !== 0) continue;
      if (ship.isJson) all.push(JSON.stringify({ class: "AIS", device: "stdin", rxuxtime: at, type: 5, repeat: 0, mmsi: ship.mmsi, scaled: true, imo: 0, callsign: ship.callSign, shipname: ship.name, shiptype: 40, to_bow: 20, to_stern: 20, to_port: 5, to_starboard: 5, destination: ship.destination }));
      else if (ship.isBoat) all.push(...boat({ ...ship, at, type: 40 }));
      else all.push(...voyage({ ...ship, at, type: 40 }));
    }
  }
  return all;
}

/** A text without what is invisible or turns it round, blanks as one. @param {string} text */
const plain = (text) => text.replace(/\p{Cf}/gu, "").replace(/[\p{C}\p{Z}\s]+/gu, " ").trim().toUpperCase();
/** What is left of a name from the air. @param {{ name: string }} ship */
const heard = ({ name }) => (NONE.includes(name) ? "" : plain(name.replace(/@.*$/, "")));

/** What a text has become that it must not: an element, a handler, an address. @param {import("playwright-core").Page} page */
const markup = (page) => page.evaluate(() => [...document.querySelectorAll("*")].flatMap((each) => [
  ...(each.matches("img, iframe, body script, object, embed, [src=x], [srcdoc]") ? [each.outerHTML.slice(0, 100)] : []),
  ...[...each.attributes].filter(({ name, value }) => /^on/.test(name) || (/^(href|src|action)$/.test(name) && /^(javascript|data):|^[/\\]{2}/i.test(value))).map(({ name, value }) => `${each.localName} ${name}=${value}`),
]));

test("hostile texts that ships send are text in list, alert, map, vessel, exports and picture", { skip: skipOwn, timeout: 90_000 }, async () => {
  const own = await ownDaemon({ zones: ZONES });
  try {
    await own.start();
    own.add("ana", "analyst,supervisor", "four words that rhyme");
    await own.feed.write(lines());
    const context = await profile({ baseURL: own.url, viewport: { width: 1920, height: 1080 } });
    const { page, faults } = await newPage(context);
    await signIn(page, "/status", { own: true, name: "ana", password: "four words that rhyme" });
    const get = async (/** @type {string} */ path) => page.request.get(`/api/v1${path}`);
    const items = await until(async () => {
      const { items: found } = await (await get("/alerts?limit=100")).json();
      return ships.every(({ mmsi }) => found.some((/** @type {any} */ one) => one.vessels[0]?.mmsi === mmsi)) ? found : null;
    }, "an alert about every ship");
    const of = (/** @type {number} */ mmsi) => items.find((/** @type {any} */ one) => one.vessels[0].mmsi === mmsi);
    for (const ship of ships) assert.equal(plain(of(ship.mmsi).vessels[0].name ?? ""), heard(ship), JSON.stringify(ship.name));

    const names = JSON.stringify((await (await get("/picture/names")).json()).items.flat().map((/** @type {unknown} */ each) => (typeof each === "string" ? plain(each) : each)));
    const named = ships.filter(({ name }) => !NONE.includes(name));
    for (const ship of named) assert.ok(names.includes(JSON.stringify(heard(ship))), `the picture lacks ${ship.name}`);

    const says = (/** @type {string} */ text, /** @type {string} */ where) => until(async () => plain(await page.locator("main.page").innerText()).includes(text), where);
    const look = async (/** @type {string} */ where) => assert.deepEqual(await markup(page), [], where);
    await page.goto("/list?q=severity%3E%3Dinfo");
    await page.locator(".alert-row").first().waitFor();
    for (const ship of ships.slice(0, 8)) await says(heard(ship), `the list with ${ship.name}`);
    await look("list");
    await shot(page, "air-list");
    await page.goto("/map?map=16.0000,-61.4200,11.00");
    await page.locator(".map canvas").first().waitFor();
    await page.getByRole("button", { name: /^List/ }).first().click();
    await page.locator(".map-list-row").first().waitFor();
    await look("map");
    await shot(page, "air-map");
    for (const ship of ships) {
      await page.goto(`/vessels/${ship.mmsi}`);
      await says(heard(ship), `the page of the vessel ${ship.name}`);
      await look(ship.name);
      if (ship === ships[0]) await shot(page, "air-vessel");
    }
    for (const ship of [ships[0], ships[3], ships[10]]) {
      await page.goto(`/alerts/${of(ship.mmsi).id}`);
      await page.locator(".al-body").waitFor();
      await says(heard(ship), `the alert of ${ship.name}`);
      await look(`alert of ${ship.name}`);
      if (ship === ships[0]) await shot(page, "air-alert");
    }
    const exported = async (/** @type {string} */ format) => (await get(`/alerts/export?format=${format}&why=looking%20at%20hostile%20names`)).text();
    for (const format of ["csv", "excel"]) {
      const table = await exported(format);
      assert.deepEqual([...table.matchAll(/(?:^|[,;\n])"?([=+@\t-][^,;"\n]*)/g)].map(([, cell]) => cell).filter((cell) => !/^-?\d+(\.\d+)?$/.test(cell)), [], format);
    }
    const { features } = JSON.parse(await exported("geojson"));
    for (const ship of named) {
      const { id, vessels: [{ name }] } = of(ship.mmsi);
      const own = JSON.stringify(features.filter((/** @type {any} */ feature) => JSON.stringify(feature).includes(id)));
      assert.ok(own.includes(JSON.stringify(name).slice(1, -1)), `GeoJSON lacks ${name}: ${own.slice(0, 600)}`);
    }
    const kml = await exported("kml");
    const blank = await (await start()).newPage();
    const fault = await blank.evaluate((text) => new DOMParser().parseFromString(text, "application/xml").querySelector("parsererror")?.textContent ?? null, kml);
    await blank.close();
    assert.equal(fault, null);
    assertNoFaults(faults.filter((each) => !/status of 404/.test(each)));
    await context.close();
  } finally {
    await own.close();
  }
});
