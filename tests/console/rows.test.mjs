// @ts-check
// What a row of the list shows at its least width, in every language: nothing that a watch needs is cut.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newPage, profile, shot, stop } from "./browser.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";

after(stop);

const BEHAVIOURS = [
  "loitering", "rendezvous", "async_rendezvous", "slowdown", "ais_gap", "dark_rendezvous", "out_and_back", "small_craft_stop",
  "zone_entry", "zone_exit", "zone_speed", "alongside_at_anchor", "limit_hugging", "drift", "draught_change", "voyage_anomaly",
  "position_jump", "identity_conflict", "identity_change", "interference", "fishing_out_of_place", "watchlist", "distress",
];

/** Every behaviour with all marks, and pairs whose names are as long as AIS lets them be, or nearly fit. */
function crowd() {
  return BEHAVIOURS.map((behaviour, index) => {
    const one = alert(String.fromCharCode(97 + index), 95 - index);
    const names = index % 2 ? ["EXERCISE CHARLIE", "EXERCISE DELTA"] : ["MEDITERRANEAN QUEEN1", "ATLANTIC WANDERER 22"];
    const vessels = names.map((name, which) => ({ ...one.vessels[0], mmsi: 224000098 + which, name }));
    return {
      ...one, behaviour, vessels, status: /** @type {const} */ ("ended"), ended_at: new Date(Date.parse(one.started_at) + 151 * 60_000).toISOString(), owner: "m.silva", notes: 2, case_id: "c".repeat(26), silenced_by: 3, exercise: true, state: /** @type {const} */ ("acknowledged"),
      deliveries: { delivered: 0, pending: 0, failed: 1, withheld: 0 }, zones: [{ id: "z", name: "A zone with a long name indeed", kind: "area", relation: "in" }],
    };
  });
}

for (const locale of ["en-GB", "pt-PT", "es-ES", "fr-FR"]) {
  test(`behaviours are whole, and of both names of a pair at least twelve letters are shown (${locale})`, async () => {
    const daemon = await fakeDaemon(/** @type {any} */ (crowd()));
    const context = await profile({ baseURL: daemon.url, locale, viewport: { width: 1280, height: 1500 } });
    const { page } = await newPage(context);
    try {
      await page.goto("/");
      await page.locator(".alert-row").nth(BEHAVIOURS.length - 1).waitFor();
      await shot(page, `rows-${locale}`);
      const found = await page.locator(".alert-row").evaluateAll((rows) => rows.flatMap((row) => {
        const faults = [];
        const text = /** @type {HTMLElement} */ (row.querySelector(".row-behaviour .cut"));
        if (text.scrollWidth > text.clientWidth) faults.push(`behaviour cut: ${text.textContent}`);
        for (const line of row.querySelectorAll(".row-line")) if (line.scrollWidth > line.clientWidth + 1) faults.push(`line too long: ${line.textContent}`);
        for (const name of row.querySelectorAll(".row-names b")) {
          const letters = /** @type {Text} */ (name.querySelector("bdi")?.firstChild);
          const range = document.createRange();
          range.setStart(letters, 0);
          range.setEnd(letters, 12);
          const box = name.getBoundingClientRect();
          // The dots take the place of about one letter.
          if (range.getBoundingClientRect().right > box.right - 8) faults.push(`name cut before its twelfth letter: ${letters.data}`);
          if (box.right > /** @type {HTMLElement} */ (name.closest(".row-names")).getBoundingClientRect().right + 1) faults.push(`name cut without dots: ${letters.data}`);
          if (box.right > row.getBoundingClientRect().right) faults.push(`name outside its row: ${letters.data}`);
        }
        return faults;
      }));
      assert.deepEqual(found, []);
    } finally {
      await context.close();
      await daemon.close();
    }
  });
}
