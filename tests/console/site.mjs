// @ts-check
// A daemon of a test's own, with settings of its own: the program of the environment over a new store, with the traffic of the environment.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createReadStream, mkdtempSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NAME, PASSWORD } from "./browser.mjs";

const PROGRAM = process.env.ATALAIA_BIN ?? "";
/** File with the lines that the daemon reads. */
const FEED = process.env.ATALAIA_FEED ?? "";
const ZONES = new URL("../../src/cli/demo/zones.geojson", import.meta.url).pathname;

/** For `test(name, options, fn)`: why the test is left out, or false. */
export const skipSite = PROGRAM && FEED ? false : "ATALAIA_BIN or ATALAIA_FEED is not set: no daemon can be started";

/**
 * Starts it and adds the person of the environment, without a purpose of her own.
 * @param {{ api?: string, roles?: string }} [wanted] `api` are further lines of the table `[api]`
 */
export async function ownDaemon({ api = "", roles = "analyst,supervisor" } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "atalaia-site-"));
  const store = join(folder, "atalaia.sqlite");
  mkdirSync(join(folder, "zones"));
  copyFileSync(ZONES, join(folder, "zones", "demo.geojson"));
  // The daemon connects again when the recording is over; it is then kept waiting.
  let isRead = false;
  const feed = createServer((socket) => {
    socket.on("error", () => undefined);
    if (isRead) return;
    isRead = true;
    createReadStream(FEED).pipe(socket);
  });
  await new Promise((done) => feed.listen(0, "127.0.0.1", () => done(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (feed.address());
  const settings = join(folder, "atalaia.toml");
  writeFileSync(settings, `[store]\npath = "atalaia.sqlite"\n[api]\naddress = "127.0.0.1:0"\n${api}\n[zones]\nfolder = "zones"\n[handling]\nreality = "exercise"\n`
    + `[[inputs]]\nkind = "tcp"\nname = "guadeloupe"\nrecorded = true\naddress = "127.0.0.1:${port}"\n`);
  const daemon = spawn(PROGRAM, ["run", "--config", settings], { stdio: ["ignore", "ignore", "pipe"] });
  const close = async () => {
    const over = new Promise((done) => daemon.once("exit", done));
    if (daemon.exitCode === null && daemon.kill("SIGTERM")) await over;
    feed.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await serving(daemon);
    const run = (/** @type {string[]} */ ...words) => execFileSync(PROGRAM, [...words, "--store", store], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    writeFileSync(join(folder, "password"), `${PASSWORD}\n`);
    run("users", "add", NAME, "--roles", roles, "--password-file", join(folder, "password"), "--as", "root of the tests");
    /** Rows of the audit trail, the first one first. @returns {any[]} */
    const trail = () => run("audit", "export").trim().split("\n").map((line) => JSON.parse(line));
    return { url, store, run, trail, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address at which it serves. @param {import("node:child_process").ChildProcess} daemon @returns {Promise<string>} */
async function serving(daemon) {
  const log = [];
  for await (const line of createInterface({ input: /** @type {import("node:stream").Readable} */ (daemon.stderr) })) {
    log.push(line);
    const address = /serving the API and the console.*address=(\S+)/.exec(line)?.[1];
    if (!address) continue;
    // The rest of the log must not fill the pipe.
    daemon.stderr?.resume();
    return `http://${address}`;
  }
  return assert.fail(`the daemon does not serve: ${log.join("\n")}`);
}
