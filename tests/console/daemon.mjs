// @ts-check
// A daemon of a test's own: its store, its people, its feed, which the test sends piece by piece; it can be killed and started again on the same port.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The program, and the lines of a recording that its daemons read. */
export const PROGRAM = process.env.ATALAIA_BIN ?? "";
export const FEED = process.env.ATALAIA_FEED ?? "";
/** For `test(name, options, fn)`: why the test is left out, or false. */
export const skipOwn = PROGRAM && FEED ? false : "ATALAIA_BIN or ATALAIA_FEED is not set: there is no daemon to start";

/** Longest wait for a daemon that starts, milliseconds. */
const PATIENCE = 30_000;

/** A port that is free now. @returns {Promise<number>} */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/** A server to which the daemon connects, and which sends it the recording. */
async function feeder() {
  const lines = readFileSync(FEED, "utf8").split(/(?<=\n)/);
  let next = 0;
  /** @type {import("node:net").Socket | null} */
  let socket = null;
  const server = createServer((connected) => {
    socket = connected.on("error", () => connected.destroy()).on("close", () => socket === connected && (socket = null));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
  return {
    port: /** @type {import("node:net").AddressInfo} */ (server.address()).port,
    /** Sends all lines as soon as the daemon is there. */
    async all() {
      await until(() => socket, "the daemon does not connect to its feed");
      this.send(lines.length);
    },
    /** Sends the next lines, if the daemon is there. Returns how many are left. @param {number} count */
    send(count) {
      if (socket) socket.write(lines.slice(next, (next += count)).join(""));
      return Math.max(0, lines.length - next);
    },
    /** Sends other lines than those of the recording. @param {string[]} more */
    async write(more) {
      await until(() => socket, "the daemon does not connect to its feed");
      socket?.write(more.map((line) => `${line}\n`).join(""));
    },
    close: () => (socket?.destroy(), server.close()),
  };
}

/**
 * Prepares a daemon; `start` starts it.
 * @param {{ api?: string, more?: string, zones?: string }} [options] further lines of the table `[api]`, and `more` settings; `zones` as GeoJSON
 */
export async function ownDaemon({ api = "", more = "", zones = "" } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "atalaia-own-"));
  const store = join(folder, "atalaia.sqlite"), settings = join(folder, "atalaia.toml");
  const feed = await feeder();
  const port = await freePort();
  mkdirSync(join(folder, "zones"));
  if (zones) writeFileSync(join(folder, "zones", "zones.geojson"), zones);
  writeFileSync(settings, `[store]\npath = "${store}"\n[api]\naddress = "127.0.0.1:${port}"\n${api}\n[zones]\nfolder = "${folder}/zones"\ncoast = "off"\nports = "off"\nanchorages = "off"\n`
    + `[[inputs]]\nkind = "tcp"\nname = "guadeloupe"\nrecorded = true\naddress = "127.0.0.1:${feed.port}"\n${more}`);
  /** @type {import("node:child_process").ChildProcess | null} */
  let child = null;
  /** @type {string[]} */
  const log = [];

  /** Starts it and waits until it serves. @param {NodeJS.ProcessEnv} [env] */
  async function start(env = {}) {
    const running = spawn(PROGRAM, ["run", "--config", settings], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    child = running;
    await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`the daemon does not start:\n${log.join("\n")}`)), PATIENCE);
      running.once("exit", () => fail(new Error(`the daemon ended:\n${log.join("\n")}`)));
      createInterface({ input: /** @type {import("node:stream").Readable} */ (running.stderr) }).on("line", (line) => {
        log.push(line);
        if (log.length > 200) log.shift();
        if (!line.includes("serving the API and the console")) return;
        clearTimeout(timer);
        done(null);
      });
    });
  }

  /** Ends it at once, as a loss of power would. */
  async function kill() {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((done) => running.once("exit", done));
    running.kill("SIGKILL");
    await gone;
  }

  /** A command on the store. @param {string[]} given */
  const atalaia = (...given) => execFileSync(PROGRAM, [...given, "--store", store], { encoding: "utf8" });

  return {
    url: `http://127.0.0.1:${port}`, store, feed, log, start, kill, atalaia,
    /** Adds a person. @param {string} name @param {string} roles @param {string} password */
    add(name, roles, password) {
      const file = join(folder, "password");
      writeFileSync(file, `${password}\n`);
      atalaia("users", "add", name, "--roles", roles, "--password-file", file, "--as", "root of the tests");
    },
    async close() {
      await kill();
      feed.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a condition holds. @template T @param {() => Promise<T> | T} condition @param {string} what @param {number} [limit] ms @returns {Promise<T>} */
export async function until(condition, what, limit = PATIENCE) {
  for (const end = Date.now() + limit; ; await new Promise((done) => setTimeout(done, 30))) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
  }
}
