// @ts-check
// The shortest watch: log in, see the list, open an alert, look at the state of the daemon.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertNoFaults, drawn, newPage, profile, shot, signIn, skip, stop } from "./browser.mjs";

after(stop);

test("a person logs in, the list shows alerts, and one of them opens", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page);
  const rows = page.getByRole("grid").first().getByRole("row");
  await rows.first().waitFor();
  const names = await rows.first().innerText();
  assert.notEqual(names.trim(), "");
  await shot(page, "watch");
  const answer = await (await page.request.get("/api/v1/alerts?state=new,acknowledged&min_severity=medium&limit=1")).json();
  const [alert] = answer.items;
  await page.goto(`/alerts/${alert.id}`);
  await page.getByText(alert.summary.slice(0, 60)).first().waitFor();
  await shot(page, "alert");
  assertNoFaults(faults);
  await context.close();
});

test("every page of the menu opens and draws itself", { skip }, async () => {
  const context = await profile();
  const { page, faults } = await newPage(context);
  await signIn(page, "/status");
  await page.getByRole("button", { name: "Pages" }).click();
  const pages = await page.getByRole("menuitemradio").allInnerTexts();
  assert.ok(pages.length >= 3, `only ${pages.length} pages in the menu`);
  await page.keyboard.press("Escape");
  for (const path of ["/", "/cases", "/silences", "/zones", "/status", "/people", "/audit", "/map"]) {
    await page.goto(path);
    await drawn(page);
    assert.equal(await page.locator(".boundary").count(), 0, `${path} has a part that could not be drawn`);
    await shot(page, path.slice(1) || "start");
  }
  assertNoFaults(faults);
  await context.close();
});
