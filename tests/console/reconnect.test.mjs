// @ts-check
// A watch on a daemon that dies again and again, a stream that begins again, a clock that is off, a machine that slept: nothing is lost, nothing comes twice.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { assertNoFaults, newPage, profile, shot, signIn, start, stop } from "./browser.mjs";
import { ownDaemon, skipOwn, until } from "./daemon.mjs";
import { alert, fakeDaemon } from "./fake_daemon.mjs";

after(stop);

const PASSWORD = "four words that rhyme";
/** Kills in one watch. `tests/long` sets 50. */
const KILLS = Number(process.env.ATALAIA_CONSOLE_KILLS ?? 3);
/** Time after which the page must show again what happens, from the moment the daemon is ready. */
const BACK_MS = 5000;
/** Silence after one of the kills: longer than the pauses of the first attempts. */
const OUTAGE_MS = 7000;
/** What the browser logs while the daemon is down, and about acts that met a newer state. */
const EXPECTED = /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK|ERR_SOCKET|ERR_ABORTED|status of (404|412|422|503)/;
const ZONES = new URL("../../src/cli/demo/zones.geojson", import.meta.url);

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {Awaited<ReturnType<typeof ownDaemon>>} Own */

/** A daemon of the test's own with the first hours of the recording, and a person at its watch page. @param {(own: Own, page: Page) => Promise<void>} body */
async function watch(body) {
  const own = await ownDaemon({ zones: readFileSync(ZONES, "utf8") });
  try {
    await own.start();
    own.add("ana", "analyst,supervisor", PASSWORD);
    const context = await profile({ baseURL: own.url, viewport: { width: 1280, height: 2400 } });
    const { page, faults } = await newPage(context);
    try {
      await signIn(page, "/?q=severity%3E%3Dinfo", { own: true, name: "ana", password: PASSWORD });
      const rows = page.locator(".alert-row");
      await until(async () => {
        own.feed.send(2000);
        await page.keyboard.press(".");
        return await rows.count() >= 3;
      }, "alerts of the recording");
      await body(own, page);
      assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
    } catch (error) {
      await shot(page, "reconnect-failed");
      throw error;
    } finally {
      await context.close();
    }
  } finally {
    await own.close();
  }
}

/** An act of somebody else, by the API. @param {Own} own @param {Page} page @param {string} id @param {object} body */
async function act(own, page, id, body) {
  const { csrf } = await (await page.request.get(`${own.url}/api/v1/session`)).json();
  const headers = { "X-Atalaia-Csrf": csrf, Origin: own.url, "If-Match": "*", "Idempotency-Key": `act-${Math.random()}` };
  const answer = await page.request.post(`${own.url}/api/v1/alerts/${id}/acts`, { headers, data: body });
  assert.equal(answer.status(), 200, await answer.text());
}

/** The rows as the page shows them: id, state, owner. @param {Page} page */
const shownRows = (page) => page.locator(".alert-row").evaluateAll((rows) => rows.map((row) => {
  const state = /state-(\w+)/.exec(row.className)?.[1];
  const owner = row.querySelector(".row-owner")?.getAttribute("title")?.replace(/^\w+: /, "") ?? null;
  return [/** @type {HTMLElement} */ (row).dataset.id, state, owner].join(" ");
}).sort());

/** The rows as they are stored, under the same filter. @param {Own} own @param {Page} page */
async function storedRows(own, page) {
  const { items } = await (await page.request.get(`${own.url}/api/v1/alerts?q=severity%3E%3Dinfo&state=new,acknowledged&limit=1000`)).json();
  return items.map((/** @type {any} */ one) => [one.id, one.state, one.owner].join(" ")).sort();
}

/** Waits until the page shows what an act after the restart has done; returns how long that took. @param {Own} own @param {Page} page @param {string} id @param {string} owner */
async function back(own, page, id, owner) {
  const began = Date.now();
  await act(own, page, id, { act: "assign", to: owner });
  await page.locator(`.alert-row[data-id="${id}"] .row-owner[title="Owner: ${owner}"]`).waitFor();
  return Date.now() - began;
}

/** Sends the open form until it is done, as a person would. @param {Page} page */
async function insist(page) {
  const form = page.locator(".act-form"), clash = page.getByRole("button", { name: "Do it all the same" }).first();
  await until(async () => {
    if (await clash.isVisible()) await clash.click();
    else if (await form.isVisible()) await page.keyboard.press("Control+Enter");
    await form.waitFor({ state: "detached", timeout: 1500 }).catch(() => undefined);
    return !(await form.isVisible());
  }, "a note that is sent in the end");
}

test("a watch on a daemon that is killed again and again loses no act and doubles none", { skip: skipOwn, timeout: 60_000 + KILLS * 20_000 }, async () => {
  await watch(async (own, page) => {
    const feeding = setInterval(() => own.feed.send(Math.ceil(4000 / KILLS / 20)), 250);
    /** @type {Map<string, string>} */ const notes = new Map();
    /** @type {number[]} */ const times = [];
    try {
      for (let round = 0; round < KILLS; round += 1) {
        const ids = (await shownRows(page)).map((row) => row.split(" ")[0]);
        const id = ids[round % ids.length], other = ids[(round + 1) % ids.length];
        const text = `Round ${round} of the watch`;
        own.add(`person.${round}`, "analyst", PASSWORD);
        notes.set(text, id);
        await page.locator(`.alert-row[data-id="${id}"]`).click();
        await page.locator(`.alert-row.active[data-id="${id}"]`).waitFor();
        await page.keyboard.press("n");
        await page.locator(".act-form textarea").fill(text);
        // Before the note is sent, on its way, or at once after it was said to be done.
        if (round % 3 === 0) {
          await page.keyboard.press("Control+Enter");
          await new Promise((done) => setTimeout(done, (round * 7) % 40));
        }
        if (round % 3 === 2) await insist(page);
        await own.kill();
        if (round % 3 === 1) {
          // The form may move from the list to the panel of the alert, which has just been opened.
          await until(async () => {
            await page.locator(".act-form textarea").press("Control+Enter");
            return page.locator(".act-fault", { hasText: "Your text is kept" }).waitFor({ timeout: 2000 }).then(() => true, () => false);
          }, "word that the text is kept");
          await new Promise((done) => setTimeout(done, round === 1 ? OUTAGE_MS : 0));
        }
        await own.start();
        times.push(await back(own, page, other, `person.${round}`));
        await until(async () => {
          if (await page.locator(".act-form").isVisible()) await insist(page);
          const { notes } = await (await page.request.get(`${own.url}/api/v1/alerts/${id}?include=notes`)).json();
          return notes?.some((/** @type {any} */ note) => note.text === text);
        }, `the note of round ${round} in the store`);
        assert.equal(new URL(page.url()).searchParams.get("q"), "severity>=info", "the filter");
        await page.locator(`.alert-row[data-id="${id}"]`).click();
        await page.locator(".al-panel").getByText(text).first().waitFor();
        await page.locator(`.alert-row[data-id="${id}"]`).focus();
        await page.keyboard.press(round % 2 ? "i" : "a");
        await page.locator(round % 2 ? `.alert-row[data-id="${id}"] .row-owner[title="Owner: ana"]` : `.alert-row.state-acknowledged[data-id="${id}"]`).waitFor();
      }
    } finally {
      clearInterval(feeding);
    }
    await until(async () => {
      await page.keyboard.press("Escape");
      await page.keyboard.press(".");
      return JSON.stringify(await shownRows(page)) === JSON.stringify(await storedRows(own, page));
    }, "the same rows in the page and in the store", 10_000).catch(async () => assert.deepEqual(await shownRows(page), await storedRows(own, page)));
    for (const [text, id] of notes) {
      const shown = own.atalaia("alerts", "show", id);
      assert.equal(shown.split(text).length - 1, 1, `${text}:\n${shown}`);
    }
    console.log(`back after ${KILLS} kills: longest ${Math.max(...times)} ms`);
    assert.ok(Math.max(...times) <= BACK_MS, `back after ${times} ms`);
  });
});

test("a machine that slept through a restart of the daemon shows what happened meanwhile", { skip: skipOwn, timeout: 60_000 }, async () => {
  await watch(async (own, page) => {
    const [one, two] = (await shownRows(page)).map((row) => row.split(" ")[0]);
    const browser = await start();
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const all = processInfo.map(({ id }) => id);
    const signal = (/** @type {NodeJS.Signals} */ name) => all.forEach((id) => { try { process.kill(id, name); } catch { /* It ended by itself. */ } });
    // Asleep, the machine runs nothing: not the page, not its worker, not the browser that holds the connections.
    const { csrf } = await (await page.request.get(`${own.url}/api/v1/session`)).json();
    const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    own.add("night.shift", "analyst", PASSWORD);
    signal("SIGSTOP");
    try {
      await own.kill();
      await own.start();
      for (const [id, body] of /** @type {[string, object][]} */ ([[one, { act: "assign", to: "night.shift" }], [two, { act: "close", finding: "false", why: "a buoy" }]])) {
        const headers = { "X-Atalaia-Csrf": csrf, Origin: own.url, "If-Match": "*", "Content-Type": "application/json", "Idempotency-Key": `sleep-${id}`, Cookie: cookies };
        const answer = await fetch(`${own.url}/api/v1/alerts/${id}/acts`, { method: "POST", headers, body: JSON.stringify(body) });
        assert.equal(answer.status, 200, await answer.text());
      }
    } finally {
      signal("SIGCONT");
    }
    const woke = Date.now();
    await page.locator(`.alert-row[data-id="${one}"] .row-owner[title="Owner: night.shift"]`).waitFor();
    await page.locator(`.alert-row.over[data-id="${two}"]`).waitFor();
    assert.ok(Date.now() - woke <= BACK_MS, `awake for ${Date.now() - woke} ms`);
  });
});

/** A page on a daemon that the test holds in its hand. @param {number} offset of its clock, ms @param {(daemon: Awaited<ReturnType<typeof fakeDaemon>>, page: Page) => Promise<void>} body */
async function held(offset, body) {
  const daemon = await fakeDaemon([alert("a", 90), alert("b", 70), alert("c", 50)]);
  daemon.state.offset = offset;
  const context = await profile({ baseURL: daemon.url });
  const { page, faults } = await newPage(context);
  try {
    await page.goto("/");
    await page.locator(".alert-row").nth(2).waitFor();
    await body(daemon, page);
    assertNoFaults(faults.filter((fault) => !EXPECTED.test(fault)));
  } finally {
    await context.close();
    await daemon.close();
  }
}

test("after a reset of the stream the list is that of the server: what is gone is greyed, what is new waits", async () => {
  await held(0, async (daemon, page) => {
    const item = (/** @type {string} */ id) => page.locator(`.alert-row[data-id="${id.padEnd(26, "2")}"]`);
    daemon.reset([{ ...alert("a", 90), owner: "m.silva", acts: 1, etag: "1.1", seq: 900 }, alert("c", 50), { ...alert("d", 80), seq: 901 }]);
    await item("a").locator('.row-owner[title="Owner: m.silva"]').waitFor();
    await page.locator(`.alert-row.over[data-id="${"b".padEnd(26, "2")}"]`).waitFor();
    assert.equal(await item("d").count(), 0);
    await page.keyboard.press(".");
    await item("d").waitFor();
    await item("b").waitFor({ state: "detached" });
    assert.equal(await page.locator(".alert-row").count(), 3);
  });
});

test("a server whose clock is hours off is said to be so, and its clock is the one that is shown", async () => {
  const offset = 3 * 3600_000 + 60_000;
  await held(offset, async (_, page) => {
    await page.getByText(/clock/i).filter({ hasText: /3 h/ }).first().waitFor();
    const hour = new Date(Date.now() + offset).toISOString().slice(11, 14);
    await page.locator("header.bar", { hasText: hour }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("A");
    await page.locator(".act-form").waitFor();
    const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().includes("/acts"));
    await page.keyboard.press("Control+Enter");
    const { until: end } = (await sent).postDataJSON();
    assert.ok(Math.abs(Date.parse(end) - Date.now() - offset - 2 * 3600_000) < 120_000, `acknowledged until ${end}`);
  });
});

test("while the daemon is away nothing is said to be up, and a page that was opened meanwhile is there once it is back", { skip: skipOwn, timeout: 90_000 }, async () => {
  await watch(async (own, page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
    await page.locator(".feed-lights .light.up").waitFor();
    await own.kill();
    await page.getByText("Connection lost since").waitFor();
    await page.locator(".feed-lights").getByText("Not known since").waitFor({ state: "attached" });
    await page.locator("main").getByText("Not known since").waitFor();
    assert.equal(await page.locator(".light.up, main .chip.good").count(), 0, "claims to be up");
    for (const row of await page.locator("main tbody tr").allInnerTexts()) assert.doesNotMatch(row, /\bup\b|lines\/s/);
    await shot(page, "status-lost");
    await page.keyboard.press("g");
    await page.keyboard.press("z");
    await page.getByText("This page could not be loaded").waitFor();
    await own.start();
    await page.getByRole("heading", { level: 1, name: "Zones" }).waitFor();
    await page.locator(".feed-lights .light.up, .feed-lights .light.silent").first().waitFor();
  });
});

test("what was first opened while the daemon was away is there once it is back: an alert at once, the keys when asked for", { skip: skipOwn, timeout: 90_000 }, async () => {
  await watch(async (own, page) => {
    // The panel is loaded ahead; the list of keys is not.
    await page.waitForFunction(() => [...document.styleSheets].some((sheet) => sheet.href?.endsWith("/alert.css")));
    await own.kill();
    await page.getByText("Connection lost since").waitFor();
    await page.keyboard.press("?");
    await page.getByText("Could not load Keys").waitFor();
    await page.locator(".alert-row").first().click();
    await page.locator(".al-empty").getByText("cannot be reached").waitFor();
    await own.start();
    await page.locator(".al-panel .al-body").waitFor();
    await page.getByText("Could not load").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.locator(".key-list").first().waitFor();
  });
});
