// @ts-check
// The alert list and the acts, as a person meets them, against a daemon whose changes the test decides on.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seriousFaults } from "./axe.mjs";
import { shot, stop } from "./browser.mjs";
import { alert } from "./fake_daemon.mjs";
import { until, watch } from "./watch_page.mjs";

after(stop);

test("rows keep their place while new and worse alerts wait, and the full stop takes them in", async () => {
  await watch([alert("a", 80), alert("b", 60), alert("c", 50)], async ({ daemon, page, names, row }) => {
    daemon.change(alert("d", 95), "opened");
    daemon.change({ ...daemon.get(alert("c", 50).id), score: 90, severity: "critical" });
    await page.getByRole("button", { name: "1 new, 1 worse" }).waitFor();
    assert.deepEqual(await names(), ["SHIP A", "SHIP B", "SHIP C"]);
    assert.match(await row("SHIP C").innerText(), /90/, "the row itself says at once what is known");
    await page.keyboard.press(".");
    await row("SHIP D").waitFor();
    assert.deepEqual(await names(), ["SHIP D", "SHIP C", "SHIP A", "SHIP B"]);
  });
});

test("an alert that ends or is closed by somebody stays greyed in its place until the list is taken in", async () => {
  await watch([alert("a", 80), alert("b", 60)], async ({ daemon, page, names, row }) => {
    daemon.act(alert("a", 80).id, { state: "closed", finding: "benign" });
    await page.locator(".alert-row.over").waitFor();
    assert.deepEqual(await names(), ["SHIP A", "SHIP B"]);
    await page.keyboard.press(".");
    await row("SHIP A").waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["SHIP B"]);
  });
});

test("by keyboard alone: acknowledge, the next is at hand, close it with a finding, take that back", async () => {
  await watch([alert("a", 80), alert("b", 60), alert("c", 50)], async ({ daemon, page }) => {
    await page.keyboard.press("j");
    await page.locator(".alert-row.active", { hasText: "SHIP A" }).waitFor();
    await page.keyboard.press("a");
    await page.locator(".alert-row.active", { hasText: "SHIP B" }).waitFor();
    assert.equal(daemon.get(alert("a", 80).id).state, "acknowledged");
    await page.keyboard.press("v");
    await page.getByRole("radio", { name: "benign" }).press("Space");
    await page.getByLabel("Reason").fill("Ferry of the night line");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 alert closed").waitFor();
    const closed = daemon.get(alert("b", 60).id);
    assert.deepEqual([closed.state, closed.finding, closed.finding_reason], ["closed", "benign", "Ferry of the night line"]);
    await page.keyboard.press("u");
    await page.getByText("Taken back").waitFor();
    assert.equal(daemon.get(alert("b", 60).id).state, "new");
  });
});

test("a note survives a server that cannot be reached and a reload, and is sent once", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    await page.keyboard.press("j");
    await page.keyboard.press("n");
    await page.locator(".act-form textarea").fill("Called on VHF 16");
    /** @type {Array<string|undefined>} */
    const tries = [];
    await page.route("**/acts", (route) => {
      tries.push(route.request().headers()["idempotency-key"]);
      return route.abort();
    }, { times: 1 });
    await page.keyboard.press("Control+Enter");
    await page.getByText("Your text is kept.").waitFor();
    assert.equal(daemon.get(alert("a", 80).id).notes, 0);
    await page.keyboard.press("Control+Enter");
    await page.getByText("Note added to 1 alert").waitFor();
    assert.equal(daemon.state.requests.length, 1);
    assert.equal(daemon.state.requests[0].key, tries[0], "the second try of the same text is the same request for the server");
    await page.keyboard.press("n");
    await page.locator(".act-form textarea").fill("Second call");
    await page.reload();
    await page.locator(".act-form textarea").waitFor();
    assert.equal(await page.locator(".act-form textarea").inputValue(), "Second call");
  });
});

test("an act that meets somebody else's change shows both versions and asks", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    await page.keyboard.press("j");
    await page.keyboard.press("v");
    await page.getByRole("radio", { name: "false alarm" }).press("Space");
    await page.getByLabel("Reason").fill("Two buoys");
    // The other one's act is not told to this page in time.
    const item = daemon.get(alert("a", 80).id);
    daemon.state.alerts.set(item.id, { ...item, owner: "m.silva", acts: 1, etag: "1.1" });
    await page.keyboard.press("Control+Enter");
    const clash = page.locator(".act-clash");
    await clash.waitFor();
    assert.match(await clash.innerText(), /Owner\s+nobody\s+m\.silva/);
    assert.equal(daemon.get(item.id).state, "new");
    await page.getByRole("button", { name: "Do it all the same" }).click();
    await page.getByText("1 alert closed").waitFor();
    assert.equal(daemon.get(item.id).finding_reason, "Two buoys");
  });
});

test("what somebody else did while a form was open is shown before its act replaces it; what the engine changed is not", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    const { id } = alert("a", 80);
    await page.keyboard.press("j");
    await page.keyboard.press("v");
    await page.getByRole("radio", { name: "confirmed" }).press("Space");
    await page.getByLabel("Reason").fill("Boarded");
    // The page hears of both changes at once.
    daemon.act(id, { owner: "m.silva" }, "m.silva");
    await page.locator(".row-owner[title*=\"m.silva\"]").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.locator(".act-clash").waitFor();
    assert.equal(daemon.get(id).state, "new");
    await page.getByRole("button", { name: "Leave it as it stands" }).click();
    await page.keyboard.press("Escape");
  });
});

test("several rows are chosen by keyboard and assigned with one form", async () => {
  await watch([alert("a", 80), alert("b", 60), alert("c", 50)], async ({ daemon, page }) => {
    for (const key of ["j", "x", "j", "j", "X"]) await page.keyboard.press(key);
    await page.getByText("3 alerts selected").waitFor();
    await page.keyboard.press("I");
    await page.getByLabel("To", { exact: true }).fill("j.duarte");
    await page.keyboard.press("Control+Enter");
    await page.getByText("3 alerts assigned").waitFor();
    assert.deepEqual([..."abc"].map((id) => daemon.get(alert(id, 50).id).owner), ["j.duarte", "j.duarte", "j.duarte"]);
  });
});

test("the filter box completes with counts, stands in the address, and its chips take parts away", async () => {
  await watch([alert("a", 80), alert("b", 60, { behaviour: "drift" })], async ({ page, names, row }) => {
    await page.keyboard.press("f");
    await page.keyboard.type("behaviour:dr");
    const offer = page.getByRole("option", { name: /drift/ });
    await offer.waitFor();
    assert.match(await offer.innerText(), /1/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await row("SHIP A").waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["SHIP B"]);
    assert.match(page.url(), /q=behaviour%3Adrift/);
    await page.reload();
    await row("SHIP B").waitFor();
    assert.deepEqual(await names(), ["SHIP B"]);
    await page.locator(".chips .chip:not(.default)").click();
    await row("SHIP A").waitFor();
    assert.equal(new URL(page.url()).search, "");
  });
});

test("the beginning of a key filters nothing, and a value that does not exist names the nearest ones", async () => {
  await watch([alert("a", 80), alert("b", 70, { behaviour: "zone_speed" }), alert("c", 60, { behaviour: "zone_speed" })], async ({ page, names, row }) => {
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).searchParams.get("q") ?? ""));
    const box = page.getByRole("combobox", { name: "Filter" });
    await box.focus();
    for (const begun of ["beh", "sev"]) {
      await box.fill("");
      await page.keyboard.type(begun);
      await page.getByRole("option").first().waitFor();
      // Twice the pause after which the box asks for the list.
      await page.waitForTimeout(500);
      assert.equal(new URL(page.url()).searchParams.get("q"), null);
      assert.deepEqual(await names(), ["SHIP A", "SHIP B", "SHIP C"]);
    }
    await box.fill("behaviour:loitering");
    await row("SHIP B").waitFor({ state: "detached" });
    await box.fill("behaviour:zone");
    const offer = page.getByRole("option", { name: /zone_speed/ });
    await offer.filter({ hasText: "2" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".filter-fault", { hasText: "Nearest: behaviour:zone_entry, behaviour:zone_exit, behaviour:zone_speed." }).waitFor();
    await row("SHIP B").waitFor();
    assert.equal(await box.inputValue(), "behaviour:zone");
    assert.deepEqual(await names(), ["SHIP A", "SHIP B", "SHIP C"]);
    // A word that is finished is sought in the texts.
    await box.fill("beh");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=beh$/);
    assert.equal(asked.includes("sev") || asked.includes("behaviour:zone"), false);
  });
});

test("a silence shows what it would hold back before it is made", async () => {
  await watch([alert("a", 80), alert("b", 60)], async ({ daemon, page }) => {
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    await page.getByText("It holds back 2 open alerts now").waitFor();
    assert.ok(daemon.state.requests.every((one) => one.query === "?dry_run=true"), "so far only the preview was asked for");
    await page.getByLabel("Reason").fill("Regatta");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/Silence 7 holds back/).waitFor();
    const made = daemon.state.requests.at(-1);
    assert.deepEqual([made.query, made.body.mmsi, made.body.why], ["", 224000001, "Regatta"]);
  });
});

test("a silence bears one number before and after it is made, and alerts of one vessel are told apart", async () => {
  const vessels = alert("a", 80).vessels, over = { status: "ended", ended_at: new Date().toISOString(), vessels };
  await watch([alert("a", 80), alert("b", 70, { vessels }), alert("c", 60, over), alert("d", 50, over)], async ({ page }) => {
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    const preview = page.locator(".act-preview");
    await preview.getByText("It holds back 2 open alerts now").waitFor();
    assert.match(await preview.innerText(), /2 alerts that ended within the last 24 h fit too/);
    const rows = await preview.locator("li").allInnerTexts();
    assert.equal(new Set(rows).size, 4, rows.join("; "));
    await page.getByLabel("Reason").fill("Regatta");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Silence 7 holds back 2 alerts").waitFor();
  });
});

test("a new silence names its vessel by a part of the name, and the list shows name and number", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    daemon.state.vessels = [{ mmsi: 224000001, track: 1, name: "SHIP A", flag: "ES" }, { mmsi: 224000009, track: 1, name: "SHIP AB", flag: "ES" }];
    daemon.state.silences = [{ number: 3, made_at: new Date().toISOString(), who: "ana", why: "Regatta", mmsi: 224000001, name: "SHIP A", zone: null, behaviour: null, from: new Date().toISOString(), until: new Date(Date.now() + 7_200_000).toISOString(), lifted_at: null, in_force: true, holds: 0 }];
    await page.goto("/silences");
    await page.locator(".silences-table", { hasText: "SHIP A · 224000001" }).waitFor();
    await page.getByText("1 in force · 0 alerts held back").waitFor();
    await page.getByRole("button", { name: "New silence" }).click();
    await page.keyboard.type("ship");
    await page.getByRole("option", { name: "SHIP AB" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("It holds back 1 open alert now").waitFor();
    assert.equal(await page.getByRole("combobox", { name: "Vessel", exact: true }).inputValue(), "SHIP AB · 224000009");
    await page.getByLabel("Reason").fill("Regatta");
    await page.keyboard.press("Control+Enter");
    await page.locator("form").waitFor({ state: "detached" });
    assert.equal(daemon.state.requests.at(-1).body.mmsi, 224000009);
  });
});

test("what is said ends by itself, later under the pointer, and with the next alert", async () => {
  await watch([alert("a", 80), alert("b", 60)], async ({ page, row }) => {
    const said = page.locator(".act-notice.bad");
    const refused = async () => {
      await page.keyboard.press("u");
      await said.waitFor();
    };
    await row("SHIP A").click();
    await page.clock.install();
    await refused();
    await said.hover();
    await page.clock.fastForward(25_000);
    assert.equal(await said.count(), 1, "somebody reads it");
    await page.mouse.move(5, 5);
    await page.clock.fastForward(21_000);
    await said.waitFor({ state: "detached" });
    await refused();
    await row("SHIP B").click();
    await said.waitFor({ state: "detached" });
  });
});

test("an empty list tells silence of the sea from silence of the console", async () => {
  await watch([alert("a", 30)], async ({ page }) => {
    await page.getByText("The sea is quiet: everything that listens is working.").waitFor();
    await page.getByText("1 alert is below this level.").waitFor();
    await page.getByRole("button", { name: "Show low and info too" }).click();
    await page.locator(".alert-row", { hasText: "SHIP A" }).waitFor();
  });
});

test("a daemon that has received nothing yet says nothing about the sea", async () => {
  await watch([], async ({ page }) => {
    await page.getByText("The sea is quiet: everything that listens is working.").waitFor();
    await page.route("**/api/v1/status", async (route) => {
      const answer = await route.fetch(), status = await answer.json();
      await route.fulfill({ response: answer, json: { ...status, engine: { ...status.engine, time: null, vessels: 0 } } });
    });
    await page.reload();
    await page.getByText("has received nothing yet: this says nothing about the sea").waitFor();
    assert.equal(await page.getByText("The sea is quiet").count(), 0);
  });
});

test("a sentence about what goes on says of which time it is once that is past", async () => {
  const old = { ...alert("a", 85), last_at: new Date(Date.now() - 40 * 60_000).toISOString() };
  await watch([old, alert("b", 50)], async ({ page, row }) => {
    await page.locator(".list-sentence", { hasText: `as of ${old.last_at.slice(11, 16)}Z` }).waitFor();
    await row("SHIP B").hover();
    await page.locator(".list-sentence", { hasText: "SHIP B" }).waitFor();
    assert.equal(await page.locator(".list-sentence .as-of").innerText(), "");
  }, "/");
});

test("a filter that leaves nothing does not say that the sea is quiet", async () => {
  await watch([alert("a", 50)], async ({ page }) => {
    await page.getByText("No alert fits the filter").waitFor();
    await page.getByText("What the filter leaves out may still be going on.").waitFor();
    assert.equal(await page.getByText("The sea is quiet").count(), 0);
  }, `/list?q=${encodeURIComponent("severity>=critical")}`);
});

test("before anything is touched, the worst alert is explained in a sentence; a wide list explains each", async () => {
  await watch([alert("a", 50), alert("b", 85)], async ({ page, row }) => {
    await page.locator(".list-sentence", { hasText: "SHIP B (Spain, cargo) has stayed below 2 kn for 1 h." }).waitFor();
    await row("SHIP A").hover();
    await page.locator(".list-sentence", { hasText: "SHIP A (Spain, cargo)" }).waitFor();
    await page.goto("/list");
    await page.locator(".row-sentence", { hasText: "SHIP A (Spain, cargo) has stayed below 2 kn for 1 h." }).waitFor();
    assert.equal(await page.locator(".list-sentence").isVisible(), false, "said once, not twice");
  }, "/");
});

test("hostile names stay text, and a row that cannot be drawn leaves the others alive", async () => {
  const hostile = "<img src=x onerror=alert(1)>";
  const bad = alert("b", 70, { vessels: [{ ...alert("b", 70).vessels[0], name: hostile }], summary: `${hostile} stopped.` });
  const broken = /** @type {any} */ (alert("c", 65, { vessels: null }));
  await watch([alert("a", 80), bad, broken], async ({ page, row }) => {
    await row(hostile).waitFor();
    assert.equal(await page.locator(".alert-row img").count(), 0);
    await page.getByText("This row could not be drawn").waitFor();
    await row("SHIP A").waitFor();
  });
});

test("five thousand rows: few are drawn, and the last one can be reached", async () => {
  const nameOf = (/** @type {number} */ index) => `n${index.toString(36).padStart(4, "0")}`;
  const many = Array.from({ length: 5000 }, (_, index) => alert(nameOf(index), 100 - Math.floor(index / 100)));
  await watch(many, async ({ page }) => {
    await until(async () => {
      await page.locator(".grid").evaluate((grid) => { grid.scrollTop = grid.scrollHeight; });
      return (await page.locator(".grid-inner").evaluate((inner) => inner.clientHeight)) === 5000 * 52;
    }, "all pages are loaded");
    await page.locator(".grid").evaluate((grid) => { grid.scrollTop = grid.scrollHeight; });
    await page.locator(".alert-row", { hasText: `SHIP ${nameOf(4999).toUpperCase()}` }).waitFor();
    assert.ok((await page.locator(".alert-row").count()) < 120);
  }, "/list?q=severity%3E%3Dinfo");
});

test("rows, counts, completion and every form are free of serious faults of accessibility in every palette", async () => {
  const marked = alert("b", 60, { acknowledged_until: new Date(Date.now() + 1e6).toISOString(), state: "acknowledged", owner: "m.silva", notes: 2, case_id: "c".repeat(26), silenced_by: 3, exercise: true });
  await watch([alert("a", 95), marked, alert("c", 45, { status: "ended", ended_at: new Date().toISOString() })], async ({ daemon, page }) => {
    /** @type {string[]} */
    const found = [];
    const look = async (/** @type {string} */ what) => {
      found.push(...(await seriousFaults(page)).map((fault) => `${what}: ${fault}`));
      await shot(page, `list-${what}`);
    };
    daemon.change(alert("d", 85), "opened");
    daemon.act(alert("c", 45).id, { state: "closed", finding: "benign" });
    await page.locator(".pill").waitFor();
    await page.locator(".alert-row.over").waitFor();
    await look("rows");
    await page.getByRole("button", { name: "Counts" }).click();
    await page.locator(".facet-value").first().waitFor();
    await look("counts");
    await page.getByRole("button", { name: "Counts" }).click();
    await page.locator("#filter-box").focus();
    await page.getByRole("listbox").waitFor();
    await look("completion");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    for (const [key, name] of [["A", "until"], ["I", "assign"], ["n", "note"], ["s", "silence"], ["v", "close"], ["e", "export"]]) {
      await page.keyboard.press(key);
      await page.locator(".act-form").waitFor();
      await look(name);
      await page.keyboard.press("Escape");
      await page.locator(".act-form").waitFor({ state: "detached" });
    }
    for (const key of ["x", "j", "x"]) await page.keyboard.press(key);
    await look("bulk");
    assert.deepEqual(found, []);
  });
});

test("while the server cannot be reached the rows stay where they are, and the list comes back by itself", async () => {
  await watch([alert("a", 80), alert("b", 60, { behaviour: "drift" })], async ({ page, names, row }) => {
    const before = await row("SHIP A").boundingBox();
    await page.route("**/api/v1/alerts?*", (route) => route.abort(), { times: 1 });
    await page.keyboard.press("f");
    await page.keyboard.type("owner:none");
    await page.keyboard.press("Enter");
    await page.getByText("The list may be out of date").waitFor();
    assert.deepEqual(await row("SHIP A").boundingBox(), before);
    await page.getByText("The list may be out of date").waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["SHIP A", "SHIP B"]);
  });
});

test("what is selected in one window is selected in the other, and lives when the first one closes", async () => {
  await watch([alert("a", 80), alert("b", 60)], async ({ daemon, page, row }) => {
    const other = await page.context().newPage();
    await other.goto(`${daemon.url}/list`);
    await other.locator(".alert-row", { hasText: "SHIP B" }).click();
    await page.locator(".alert-row.open", { hasText: "SHIP B" }).waitFor();
    await other.close();
    daemon.change(alert("c", 90), "opened");
    await page.getByRole("button", { name: "1 new" }).click();
    await row("SHIP C").waitFor();
  });
});

test("a screen on the wall takes new alerts in at once, but never under the pointer or while it is held", async () => {
  await watch([alert("a", 80), alert("b", 60)], async ({ daemon, page, names, row }) => {
    await page.getByRole("button", { name: "Live", exact: true }).click();
    daemon.change(alert("c", 90), "opened");
    await row("SHIP C").waitFor();
    assert.deepEqual(await names(), ["SHIP C", "SHIP A", "SHIP B"]);
    await row("SHIP A").hover();
    daemon.change(alert("d", 95), "opened");
    await page.getByRole("button", { name: "1 new" }).waitFor();
    assert.deepEqual(await names(), ["SHIP C", "SHIP A", "SHIP B"]);
    await page.keyboard.press("Alt+Space");
    await page.getByRole("button", { name: "Held" }).waitFor();
    await page.getByRole("button", { name: "Live", exact: true }).hover();
    daemon.change(alert("e", 97), "opened");
    await page.getByRole("button", { name: "2 new" }).waitFor();
    assert.deepEqual(await names(), ["SHIP C", "SHIP A", "SHIP B"]);
    await page.getByRole("button", { name: "Held" }).click();
    daemon.change(alert("f", 99), "opened");
    await row("SHIP F").waitFor();
    assert.deepEqual(await names(), ["SHIP F", "SHIP E", "SHIP D", "SHIP C", "SHIP A", "SHIP B"]);
  });
});

test("rows are grouped under headers that fold by keyboard", async () => {
  await watch([alert("a", 80, { owner: "ana" }), alert("b", 60), alert("c", 50, { owner: "ana" })], async ({ page, names, row }) => {
    await page.getByLabel("Group").selectOption("owner");
    await page.locator(".group", { hasText: "nobody" }).waitFor();
    assert.deepEqual(await names(), ["SHIP A", "SHIP C", "SHIP B"]);
    assert.match(page.url(), /group=owner/);
    await page.locator(".group", { hasText: "ana" }).focus();
    await page.keyboard.press("j");
    await page.locator(".group.active", { hasText: "ana" }).waitFor();
    await page.keyboard.press("Enter");
    await row("SHIP C").waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["SHIP B"]);
  });
});

test("an alert that comes after the page was read and before the stream begins is not lost", async () => {
  await watch([alert("a", 80)], async ({ daemon, page }) => {
    daemon.change(alert("b", 90), "opened");
    await page.getByRole("button", { name: "1 new" }).waitFor();
  }, "/list", 3000);
});
