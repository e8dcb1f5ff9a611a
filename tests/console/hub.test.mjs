// @ts-check
// The hub that all windows share, against a server of the test's own: what is lost, what comes twice, when it ends.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterEach, test } from "node:test";
import { Hub } from "../../src/http/console/web/hub.js";

const real = globalThis.fetch;
/** @type {(() => void)[]} */
const closing = [];
afterEach(() => closing.splice(0).forEach((each) => each()));

/**
 * A server that answers as `routes` says, and the hub of one window that speaks to it.
 * @param {Record<string, (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void>} routes
 */
async function hubWith(routes) {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace("/api/v1", "").replace(/\?.*/, "");
    if (routes[path]) routes[path](request, response);
    else response.writeHead(404).end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  globalThis.fetch = (path, options) => real(`http://127.0.0.1:${address.port}${path}`, options);
  /** @type {any[]} */
  const told = [];
  const hub = new Hub((_, message) => told.push(message));
  closing.push(() => {
    hub.stop("ended");
    server.closeAllConnections();
    server.close();
  });
  hub.hear("window", { kind: "start" });
  return { hub, told };
}

/** @param {() => unknown} condition */
async function until(condition) {
  for (const end = Date.now() + 8000; !condition(); await new Promise((done) => setTimeout(done, 10))) {
    assert.ok(Date.now() < end, "waited in vain");
  }
}

const hello = (/** @type {number} */ seq) => `event: hello\ndata: {"build":"b","seq":${seq},"now":"2026-03-01T00:00:00Z","user":"ana"}\n\n`;
const change = (/** @type {number} */ seq) => `event: change\nid: ${seq}\ndata: {"seq":${seq},"item":null}\n\n`;

test("after the stream has broken, it goes on behind the last entry, and what is repeated is dropped", async () => {
  /** @type {string[]} */
  const asked = [];
  const { told } = await hubWith({
    "/events": (request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      if (asked.length === 1) response.end(hello(10) + change(11) + change(12));
      else response.write(hello(14) + change(12) + change(13) + change(14));
    },
  });
  const seen = () => told.filter((each) => each.kind === "entry").map((each) => each.entry.seq);
  await until(() => seen().length >= 4);
  assert.deepEqual(seen(), [11, 12, 13, 14]);
  assert.deepEqual(asked, ["/api/v1/events", "/api/v1/events?after=12"]);
  assert.equal(told.filter((each) => each.kind === "status").at(-1).status, "live");
});

test("a store with fewer entries than were seen makes the windows load again", async () => {
  let turn = 0;
  const { told } = await hubWith({
    "/events": (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      if (turn++ === 0) response.end(hello(500));
      else response.write(hello(3));
    },
  });
  await until(() => told.some((each) => each.kind === "reset"));
});

test("a session that is over ends the stream, and it is not asked for again", async () => {
  let asked = 0;
  const { told } = await hubWith({
    "/events": (_, response) => {
      asked++;
      response.writeHead(401).end();
    },
  });
  await until(() => told.some((each) => each.kind === "end"));
  await new Promise((done) => setTimeout(done, 900));
  assert.equal(asked, 1);
});

test("the picture is asked for only while a window shows it, and a window that comes later gets what is known", async () => {
  let asked = 0;
  const frame = new DataView(new ArrayBuffer(64));
  frame.setUint32(0, 0x41545043, false);
  frame.setUint16(4, 1, true);
  frame.setUint16(6, 1, true);
  frame.setUint32(24, 1, true);
  const { hub, told } = await hubWith({
    "/events": (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(hello(1));
    },
    "/picture": (_, response) => {
      asked++;
      response.end(Buffer.from(frame.buffer));
    },
    "/picture/names": (_, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end('{"cursor":1,"items":[[1,"ALFA",null,null,null,null,null,70]]}');
    },
  });
  await until(() => told.some((each) => each.kind === "hello"));
  assert.equal(asked, 0);
  hub.hear("window", { kind: "window", visible: true, picture: true });
  await until(() => told.some((each) => each.kind === "names"));
  const before = told.length;
  hub.hear("second", { kind: "window", visible: true, picture: true });
  const late = told.slice(before).map((each) => each.kind);
  for (const kind of ["status", "hello", "names", "picture"]) assert.ok(late.includes(kind), `${kind} is missing in ${late}`);
});

for (const [when, drop] of /** @type {[string, (hub: any, stream: any) => void][]} */ ([
  ["the reader may see less", (_, stream) => stream.write("event: access\ndata: {}\n\n")], ["somebody has signed out", (hub) => hub.hear("window", { kind: "stop" })],
])) {
  test(`a window that comes after ${when} gets nothing of the picture and the names before`, async () => {
    const frame = new DataView(new ArrayBuffer(64));
    frame.setUint32(0, 0x41545043, false);
    frame.setUint16(4, 1, true);
    frame.setUint16(6, 1, true);
    /** @type {any} */ let stream = null;
    /** @type {string[]} */ const asked = [];
    let isClosed = false;
    const { hub, told } = await hubWith({
      "/events": (_, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.write(hello(1));
        stream = response;
      },
      "/picture": (request, response) => {
        asked.push(request.url ?? "");
        if (isClosed) response.writeHead(503).end();
        else response.end(Buffer.from(frame.buffer));
      },
      "/picture/names": (_, response) => {
        response.writeHead(200, { "Content-Type": "application/json" });
        response.end('{"cursor":1,"items":[[1,"ALFA",null,null,null,null,null,70]]}');
      },
    });
    hub.hear("window", { kind: "window", visible: true, picture: true });
    await until(() => told.some((each) => each.kind === "names"));
    isClosed = true;
    const before = told.length;
    drop(hub, stream);
    await until(() => told.slice(before).some((each) => each.kind === "names" && each.whole && each.items.length === 0));
    const late = told.length;
    hub.hear("second", { kind: "window", visible: true, picture: true });
    const kinds = told.slice(late).map((each) => each.kind);
    assert.ok(!kinds.includes("names") && !kinds.includes("picture"), kinds.join());
    assert.equal(hub.names.size + hub.whole.count, 0);
    await until(() => !hub.running || asked.at(-1) === "/api/v1/picture");
  });
}

test("a stream that was stopped while it waited is not opened again beside the next one", async () => {
  let asked = 0, open = 0;
  const { hub } = await hubWith({
    "/events": (request, response) => {
      asked++;
      if (asked === 1) return void response.writeHead(503).end();
      open++;
      request.on("close", () => open--);
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(hello(1));
      return undefined;
    },
  });
  await until(() => asked === 1);
  await new Promise((done) => setTimeout(done, 100));
  hub.hear("window", { kind: "stop" });
  hub.hear("window", { kind: "start" });
  await until(() => open > 0);
  // Longer than the first pause can be.
  await new Promise((done) => setTimeout(done, 900));
  assert.equal(open, 1);
});

test("a window that comes later knows the clock of the server as the others do", async () => {
  const { hub, told } = await hubWith({
    "/events": (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(hello(1));
    },
  });
  await until(() => told.some((each) => each.kind === "hello"));
  hub.hear("second", { kind: "window", visible: true, picture: false });
  const [first, second] = told.filter((each) => each.kind === "hello");
  assert.ok(Math.abs(first.offset - (Date.parse("2026-03-01T00:00:00Z") - Date.now())) < 10_000);
  assert.equal(second.offset, first.offset);
});
