// @ts-check
// Two people at two machines: what one does, the other sees; what an administrator takes away is gone while the page is open.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NAME, SECOND, URL_OF_CONSOLE, assertNoFaults, fillPassword, newPage, profile, shot, signIn, skip as skipAll, stop } from "./browser.mjs";

after(stop);

const skip = skipAll || (SECOND ? false : "ATALAIA_SECOND is not set: there is no second person");

/** Answers that the browser logs and that are no faults here: a conflict, a right or an alert that was taken away, a case that is stored late. */
const EXPECTED = /status of (412|403|404)/;
const ROLES = ["analyst", "supervisor"];
const NO_CEILINGS = { max_tlp: "RED", releasable_to: null, europol: null, purposes: null, realities: null, personal_data: true };

/** @typedef {import("playwright-core").Page} Page */

/** A request that changes something, as the person of the page. @param {Page} page @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [more] */
async function send(page, method, path, body, more = {}) {
  const me = await (await page.request.get("/api/v1/session")).json();
  const headers = { "X-Atalaia-Csrf": me.csrf, Origin: URL_OF_CONSOLE, "Idempotency-Key": `two-${Date.now()}-${Math.random()}`, ...more };
  return page.request.fetch(`/api/v1${path}`, { method, headers, data: body });
}

/** An alert as a person may see it; null if she may not. @param {Page} page @param {string} id */
async function seen(page, id) {
  const answer = await page.request.get(`/api/v1/alerts/${id}?include=notes,history`);
  return answer.status() === 404 ? null : answer.json();
}

/** An act of the person of a page, not by the page. @param {Page} page @param {string} id @param {object} body */
async function act(page, id, body) {
  const { etag } = await seen(page, id);
  const answer = await send(page, "POST", `/alerts/${id}/acts`, body, { "If-Match": etag });
  assert.equal(answer.status(), 200, await answer.text());
}

/** What an administrator sets for the second person. @param {Page} admin @param {object} change */
async function alter(admin, change) {
  const answer = await send(admin, "PATCH", `/users/${SECOND}`, change);
  assert.equal(answer.status(), 200, await answer.text());
}

/**
 * Both people at the watch page, and an alert that both see.
 * @param {(ana: Page, bea: Page, id: string) => Promise<void>} body @param {{ own?: boolean }} [options] `own` for a test that ends the second person's session
 */
async function both(body, { own = false } = {}) {
  const contexts = [await profile(), await profile()];
  const [one, two] = await Promise.all(contexts.map(newPage));
  try {
    await signIn(one.page, "/");
    await alter(one.page, { roles: ROLES, ceilings: NO_CEILINGS });
    await signIn(two.page, "/", { name: SECOND, own });
    const row = two.page.locator(".alert-row.state-new").first();
    await row.waitFor();
    const id = await row.getAttribute("data-id") ?? "";
    await body(one.page, two.page, id);
    assertNoFaults([...one.faults, ...two.faults].filter((fault) => !EXPECTED.test(fault)));
  } catch (error) {
    await shot(one.page, "two-failed-one");
    await shot(two.page, "two-failed-other");
    throw error;
  } finally {
    await alter(one.page, { roles: ROLES, ceilings: NO_CEILINGS });
    for (const context of contexts) await context.close();
  }
}

/** Opens the note form of an alert and writes. @param {Page} page @param {string} id @param {string} text */
async function writeNote(page, id, text) {
  await page.locator(`.alert-row[data-id="${id}"]`).click();
  await page.locator(".acts-bar").getByRole("button", { name: "Note…" }).first().click();
  await page.locator(".act-form textarea").fill(text);
}

/** Everything that a page shows or keeps, as one text. @param {Page} page */
const remains = (page) => page.evaluate(() => [document.documentElement.outerHTML, JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.title].join("\n"));

test("an act of one is seen by the other, with the name of who did it", { skip }, async () => {
  await both(async (ana, bea, id) => {
    await ana.locator(`.alert-row[data-id="${id}"]`).click();
    await ana.keyboard.press("i");
    await bea.locator(`.alert-row[data-id="${id}"] .row-owner[title="Owner: ${NAME}"]`).waitFor();
    const text = `Seen by ${SECOND} ${Date.now()}`;
    await writeNote(bea, id, text);
    await bea.keyboard.press("Control+Enter");
    const note = ana.locator(".al-history", { hasText: text }).or(ana.getByText(text)).first();
    await note.waitFor();
    assert.equal((await seen(ana, id)).notes.at(-1).who, SECOND);
    await act(ana, id, { act: "assign", to: null });
    await bea.locator(`.alert-row[data-id="${id}"] .row-owner[title="Owner: ${NAME}"]`).waitFor({ state: "detached" });
  });
});

test("a note that meets an act of the other shows both versions, and is kept until it is sent", { skip }, async () => {
  await both(async (ana, bea, id) => {
    const text = `Two buoys, says the pilot ${Date.now()}`;
    await writeNote(bea, id, text);
    // Her stream is late: the other's act is not there yet when she sends.
    await bea.route("**/api/v1/alerts/*/acts", async (route) => {
      await act(ana, id, { act: "assign", to: NAME });
      await route.continue();
    }, { times: 1 });
    await bea.keyboard.press("Control+Enter");
    const clash = bea.locator(".act-clash").first();
    await clash.waitFor();
    assert.match(await clash.innerText(), new RegExp(NAME));
    assert.equal(await bea.locator(".act-form textarea").inputValue(), text);
    assert.equal((await seen(ana, id)).notes.some((/** @type {any} */ note) => note.text === text), false);
    await shot(bea, "two-conflict");
    await bea.getByRole("button", { name: "Do it all the same" }).first().click();
    await bea.locator(".act-form").waitFor({ state: "detached" });
    const after = await seen(ana, id);
    assert.deepEqual([after.owner, after.notes.filter((/** @type {any} */ note) => note.text === text).length], [NAME, 1]);
    await act(ana, id, { act: "assign", to: null });
  });
});

test("an act that the other acted on since is not taken back, and the other is named", { skip }, async () => {
  await both(async (ana, bea, id) => {
    await bea.locator(`.alert-row[data-id="${id}"]`).click();
    await bea.keyboard.press("i");
    await bea.locator(".act-notice", { hasText: "1 alert assigned" }).first().waitFor();
    await act(ana, id, { act: "note", text: `A word in between ${Date.now()}` });
    await bea.keyboard.press("u");
    await bea.locator(".act-notice", { hasText: `Not taken back: ${NAME} acted in between` }).first().waitFor();
    assert.equal((await seen(ana, id)).owner, SECOND);
    await act(ana, id, { act: "assign", to: null });
  });
});

test("a session that an administrator ends leaves the half-written note, which is sent after the next log-in", { skip }, async () => {
  await both(async (ana, bea, id) => {
    const text = `Half of a thought ${Date.now()}`;
    await writeNote(bea, id, text);
    await ana.goto("/people");
    const row = ana.getByRole("row").filter({ has: ana.getByRole("rowheader", { name: SECOND }) });
    await row.getByRole("button", { name: "End sessions" }).click();
    await row.getByRole("group", { name: `End all sessions of ${SECOND}?` }).getByRole("button", { name: "End sessions" }).click();
    await bea.getByText("The session has ended").waitFor();
    assert.equal(await bea.locator(".act-form textarea").inputValue(), text);
    await bea.keyboard.press("Control+Enter");
    await bea.locator(".act-fault", { hasText: "Your text is kept" }).waitFor();
    await shot(bea, "two-ended");
    await fillPassword(bea);
    await bea.getByText("The session has ended").waitFor({ state: "detached" });
    assert.equal(await bea.locator(".act-form textarea").inputValue(), text);
    await bea.locator(".act-form button[type=submit]").click();
    await bea.locator(".act-form").waitFor({ state: "detached" });
    assert.equal((await seen(ana, id)).notes.filter((/** @type {any} */ note) => note.text === text).length, 1);
  }, { own: true });
});

test("a role that is taken away takes its acts from the open page, and gives the written text back with the role", { skip }, async () => {
  await both(async (ana, bea, id) => {
    const text = `Written as an analyst ${Date.now()}`;
    await writeNote(bea, id, text);
    await ana.goto("/people");
    const row = ana.getByRole("row").filter({ has: ana.getByRole("rowheader", { name: SECOND }) });
    await row.getByRole("button", { name: "Edit" }).click();
    for (const role of ROLES) await ana.getByLabel(role, { exact: true }).uncheck();
    await ana.getByLabel("viewer", { exact: true }).check();
    await ana.getByRole("button", { name: "Save" }).click();
    await bea.locator(".act-form").waitFor({ state: "detached" });
    await bea.locator(`.alert-row[data-id="${id}"]`).click();
    const bar = bea.locator(".acts-bar").first();
    await bar.waitFor();
    assert.deepEqual((await bar.getByRole("button").allInnerTexts()).map((each) => each.split(/\s/)[0]), ["Copy"]);
    await bea.keyboard.press("n");
    await bea.locator(".act-notice", { hasText: "Your roles do not allow that" }).first().waitFor();
    await shot(bea, "two-viewer");
    const refused = await send(bea, "POST", `/alerts/${id}/acts`, { act: "note", text }, { "If-Match": "*" });
    assert.equal(refused.status(), 403);
    await alter(ana, { roles: ROLES });
    await bea.locator(`.alert-row[data-id="${id}"]`).click();
    await bar.getByRole("button", { name: "Note…" }).click();
    assert.equal(await bea.locator(".act-form textarea").inputValue(), text);
    assert.equal((await seen(ana, id)).notes.some((/** @type {any} */ note) => note.text === text), false);
  });
});

test("who may no longer read alerts stays signed in, on a page that she may see, and without any of them", { skip }, async () => {
  await both(async (ana, bea, id) => {
    const { summary } = await seen(ana, id);
    await bea.locator(`.alert-row[data-id="${id}"]`).click();
    await bea.locator(".al-summary", { hasText: summary.slice(0, 60) }).waitFor();
    await alter(ana, { roles: ["auditor"] });
    await bea.waitForURL("**/audit");
    await bea.getByRole("heading", { name: "Audit" }).waitFor();
    assert.equal(await bea.getByText("The session has ended").count(), 0);
    const text = await remains(bea);
    assert.ok(!text.includes(summary) && !text.includes(`data-id="${id}"`), "the page still has the alert");
    assert.equal((await bea.request.get("/api/v1/alerts")).status(), 403);
    await alter(ana, { roles: ROLES });
    await bea.goto("/");
    await bea.locator(`.alert-row[data-id="${id}"]`).waitFor();
  });
});

test("an alert above the ceiling leaves list, map and open page, whether the ceiling sinks or the marking rises", { skip }, async () => {
  await both(async (ana, bea, id) => {
    const { summary, vessels: [{ mmsi }], handling: { tlp } } = await seen(ana, id);
    const secret = `known only above ${Date.now()}`;
    await act(ana, id, { act: "note", text: secret });
    const alone = await newPage(bea.context());
    /** Both windows no longer have anything of it. */
    const isGone = async () => {
      await bea.locator(`.alert-row[data-id="${id}"]`).waitFor({ state: "detached" });
      await bea.locator(".alert-row").first().waitFor();
      await alone.page.locator(".al-fault").waitFor();
      assert.doesNotMatch(await alone.page.locator("main").innerText(), /\d+ kn/);
      for (const page of [bea, alone.page]) {
        const text = await remains(page);
        for (const trace of [summary, secret, `data-id="${id}"`]) assert.ok(!text.includes(trace), `${page.url()} still has ${trace}`);
      }
      const { items } = await (await bea.request.get("/api/v1/changes?limit=1000")).json();
      // That it was taken away names it, and says nothing else.
      const log = JSON.stringify(items.filter((/** @type {any} */ each) => each.what !== "withdrawn" || each.item !== null || each.why !== null));
      assert.ok(!log.includes(id) && !log.includes(secret), "the log that she may read");
    };
    const isBack = async () => {
      await bea.locator(`.alert-row[data-id="${id}"]`).waitFor();
      await alone.page.getByText(secret).first().waitFor();
    };
    try {
      await alone.page.goto(`/alerts/${id}`);
      await alone.page.getByText(secret).first().waitFor();
      await bea.locator(`.alert-row[data-id="${id}"]`).click();
      await bea.getByText(secret).first().waitFor();
      await writeNote(bea, id, "half of a note");

      await alter(ana, { ceilings: { ...NO_CEILINGS, max_tlp: "AMBER" } });
      await act(ana, id, { act: "mark", mark: { tlp: "RED" }, why: "a source must be protected" });
      await isGone();
      await shot(bea, "two-above");
      await alter(ana, { ceilings: NO_CEILINGS });
      await isBack();
      assert.equal((await bea.request.get(`/api/v1/vessels/${mmsi}/alerts`)).status(), 200);

      await alter(ana, { ceilings: { ...NO_CEILINGS, max_tlp: "AMBER" } });
      await isGone();
      // What happens to it now reaches those only who may see it.
      await act(ana, id, { act: "note", text: `${secret}, again` });
      const other = await ana.locator(`.alert-row:not([data-id="${id}"])`).first().getAttribute("data-id") ?? "";
      await act(ana, other, { act: "assign", to: SECOND });
      await bea.locator(`.alert-row[data-id="${other}"] .row-owner[title="Owner: ${SECOND}"]`).waitFor();
      await act(ana, other, { act: "assign", to: null });
      await isGone();
      assertNoFaults(alone.faults.filter((fault) => !EXPECTED.test(fault)));
    } finally {
      await act(ana, id, { act: "mark", mark: { tlp }, why: "the test is over" });
    }
  });
});
