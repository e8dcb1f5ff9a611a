// @ts-check
// A daemon that a test holds in its hand: it serves the console under its real policy, answers what the list and the acts ask,
// and sends the changes that the test decides on, at the moment that it decides on.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, normalize } from "node:path";
import { landTile } from "./picture.mjs";

const WEB = new URL("../../src/http/console/web/", import.meta.url).pathname;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; worker-src 'self'; font-src 'self'; "
  + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types atalaia; report-uri /api/v1/csp";
const RIGHTS = ["status", "read", "search", "act", "mark_down", "silence", "silence_wide", "export", "own"];
const RANK = ["info", "low", "medium", "high", "critical"];

/** An alert with what a test has to say about it. @param {string} id @param {number} score @param {object} [more] */
export function alert(id, score, more = {}) {
  const severity = RANK[Math.min(4, Math.floor(score / 20))];
  const at = new Date(Date.now() - 600_000).toISOString();
  return {
    id: id.padEnd(26, "2"), behaviour: "loitering", kind: "vessel", announced: true, status: "open", severity, score, confidence: "normal", started_at: at, opened_at: at,
    last_at: at, ended_at: null, vessels: [{ mmsi: 224000001, track: 1, imo: null, name: `SHIP ${id.toUpperCase()}`, call_sign: null, ship_type: 70, flag: "ES", class: "A", role: null }],
    zones: [{ id: "c07", name: "Corridor 7", kind: "corridor", relation: "in" }], position: { lat: 36.9, lon: -9.1 }, group_id: null, case_id: null, replaces: null,
    handling: { tlp: "AMBER", europol: ["H1"], reality: "actual" }, summary: `SHIP ${id.toUpperCase()} (Spain, cargo) has stayed below 2 kn for 1 h.`, score_reasons: [],
    evidence: { thresholds: {}, measured: {}, stations: [], tracks: [] }, revision: 1, acts: 0, etag: "1.0", state: "new", owner: null, acknowledged_until: null, finding: null,
    finding_reason: null, silenced_by: null, notes: 0, deliveries: { delivered: 1, pending: 0, failed: 0, withheld: 0 }, changed_at: at, seq: 1, exercise: false, ...more,
  };
}

/** @typedef {ReturnType<typeof alert>} Alert */

/** @param {Alert[]} alerts @param {ReturnType<typeof import("./picture.mjs").fleet> | null} [fleet] the vessels of the picture; without any the map stays empty */
export async function fakeDaemon(alerts, fleet = null) {
  const state = { fleet, alerts: new Map(alerts.map((one) => [one.id, structuredClone(one)])), seq: 100, /** @type {any[]} */ log: [], /** @type {any[]} */ requests: [], /** @type {any[]} */ silences: [], /** What a search for vessels finds. @type {any[]} */ vessels: [], preferences: {}, /** Milliseconds until a stream begins. */ late: 0, /** Its clock less that of the machine, milliseconds. */ offset: 0 };
  /** @type {Set<import("node:http").ServerResponse>} */
  const streams = new Set();
  const record = (/** @type {Alert} */ item, /** @type {string} */ topic, /** @type {string} */ what, /** @type {string} */ who) => {
    item.seq = ++state.seq;
    item.etag = `${item.revision}.${item.acts}`;
    state.alerts.set(item.id, item);
    const entry = { seq: state.seq, at: new Date().toISOString(), topic, what, subject: item.id, who, why: null, item };
    state.log.push(entry);
    for (const stream of streams) stream.write(`event: change\nid: ${entry.seq}\ndata: ${JSON.stringify(entry)}\n\n`);
  };
  const server = createServer((request, response) => void answer(request, response, state, streams, record).catch((error) => response.destroy(error)));
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    /** A change by the engine. @param {Alert} item @param {string} what */
    change: (item, what = "updated") => record({ ...item, revision: item.revision + 1 }, "alert", what, "(atalaia)"),
    /** An act by somebody else. @param {string} id @param {Partial<Alert>} change @param {string} who */
    act: (id, change, who = "m.silva") => {
      const item = /** @type {Alert} */ (state.alerts.get(id));
      record({ ...item, ...change, acts: item.acts + 1 }, "act", "acknowledged", who);
    },
    /** How many streams are open. */
    streams: () => streams.size,
    /** Alerts become what they are in the list, of which no stream says anything but that everything has to be read again. @param {Alert[]} alerts */
    reset: (alerts) => {
      state.alerts = new Map(alerts.map((one) => [one.id, one]));
      state.seq += 1000;
      for (const stream of streams) stream.write("event: reset\ndata: {}\n\n");
    },
    get: (/** @type {string} */ id) => /** @type {Alert} */ (state.alerts.get(id)),
    close: () => {
      for (const stream of streams) stream.destroy();
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text ? JSON.parse(text) : null;
}

/** @param {any} one @param {URLSearchParams} asked */
function fits(one, asked) {
  const q = asked.get("q") ?? "";
  const behaviours = /behaviour:(\S+)/.exec(q)?.[1].split(",");
  const least = /severity>=(\w+)/.exec(q)?.[1] ?? asked.get("min_severity") ?? "info";
  return (!asked.get("state") || asked.get("state")?.split(",").includes(one.state)) && RANK.indexOf(one.severity) >= RANK.indexOf(least)
    && (!behaviours || behaviours.includes(one.behaviour)) && (!/owner:none/.test(q) || one.owner === null);
}

/** @param {any[]} items */
function summary(items) {
  const count = (/** @type {(one: any) => string} */ of) => items.reduce((sum, one) => ({ ...sum, [of(one)]: (sum[of(one)] ?? 0) + 1 }), /** @type {Record<string, number>} */ ({}));
  return { total: items.length, severity: count((one) => one.severity), behaviour: count((one) => one.behaviour), zone: { c07: { name: "Corridor 7", count: items.length } }, state: count((one) => one.state),
    owner: count((one) => one.owner ?? "none"), hours: [], silenced: 0, facts: 0, withheld: 0, seq: 1, at: null };
}

/**
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response @param {any} state
 * @param {Set<import("node:http").ServerResponse>} streams @param {(item: any, topic: string, what: string, who: string) => void} record
 */
async function answer(request, response, state, streams, record) {
  const url = new URL(request.url ?? "/", "http://here");
  const json = (/** @type {any} */ body, status = 200, headers = {}) => {
    response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers });
    response.end(JSON.stringify(body));
  };
  if (!url.pathname.startsWith("/api/v1")) return page(url.pathname, response);
  const path = url.pathname.slice("/api/v1".length);
  const body = request.method === "GET" ? null : await bodyOf(request);
  const refuse = (/** @type {string} */ name, /** @type {number} */ status, /** @type {object} */ more = {}) => json({ type: `/problems/${name}`, title: name, status, detail: name, errors: [], ...more }, status);
  if (request.method === "POST" && /\/acts$|\/silences$/.test(path)) {
    state.requests.push({ path, body, key: request.headers["idempotency-key"], etag: request.headers["if-match"], query: url.search });
  }
  const sorted = () => [...state.alerts.values()].filter((one) => fits(one, url.searchParams)).sort((a, b) => b.score - a.score);
  const one = /^\/alerts\/([a-z0-9]{26})(\/acts)?$/.exec(path);
  const perform = (/** @type {any} */ item, /** @type {any} */ act) => {
    const change = { acknowledge: { state: "acknowledged", acknowledged_until: act.until ?? null }, assign: { owner: act.to }, note: { notes: item.notes + 1 }, close: { state: "closed", finding: act.finding, finding_reason: act.why }, reopen: { state: "new", finding: null } }[/** @type {"note"} */ (act.act)];
    record({ ...item, ...change, acts: item.acts + 1 }, "act", act.act, "ana");
    return state.alerts.get(item.id);
  };
  if (path === "/session") return json({ name: "ana", roles: ["analyst"], rights: RIGHTS, ceilings: { max_tlp: "RED", releasable_to: null, europol: null, purposes: null, realities: null, personal_data: true }, purpose: null, purposes: [], csrf: "x", signed_in_at: new Date().toISOString(), idle_until: new Date(Date.now() + 1e6).toISOString(), until: new Date(Date.now() + 1e7).toISOString(), way: "password", preferences: state.preferences, seen: null, site: "Test", version: "0", exercise: false });
  if (path === "/me/preferences") state.preferences = body;
  if (path.startsWith("/me/")) return response.writeHead(204).end();
  if (state.fleet && sea(url, path, response, state.fleet)) return undefined;
  if (path === "/alerts") {
    const all = sorted();
    const [from, limit] = [Number(url.searchParams.get("cursor") ?? 0), Number(url.searchParams.get("limit") ?? 100)];
    return json({ items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null, withheld: 0, seq: state.seq, at: null, total: all.length });
  }
  if (path === "/alerts/assignees") return json({ items: ["ana", "bea", "carlos", "j.duarte"] });
  if (path === "/alerts/summary") return json(summary(sorted()));
  if (path === "/alerts/acts") return json({ results: body.ids.map((/** @type {string} */ id) => ({ id, status: 200, item: perform(state.alerts.get(id), body), problem: null })) });
  if (one) {
    const item = state.alerts.get(one[1]);
    if (!item) return refuse("not-found", 404);
    if (!one[2]) return json({ ...item, notes: [], history: [], similar: { counts: {}, last: [] }, nearby: null, deliveries: [] });
    const met = request.headers["if-match"]?.replaceAll('"', "");
    if (met && met !== item.etag) return refuse("stale", 412, { current: item });
    return json(perform(item, body));
  }
  const isOpen = (/** @type {any} */ item) => item.status === "open", all = [...state.alerts.values()];
  if (path === "/silences") return json(request.method === "GET" ? { items: state.silences } : { holds: all.filter(isOpen).length, recent: all.filter((item) => !isOpen(item)).length, items: all.slice(0, 50), number: url.searchParams.has("dry_run") ? null : 7 });
  if (path === "/vessels") return json({ items: state.vessels.slice(0, Number(url.searchParams.get("limit") ?? 100)), total: state.vessels.length, next: null, withheld: 0, at: null });
  if (path === "/changes") return json({ items: state.log.filter((/** @type {any} */ entry) => entry.seq > Number(url.searchParams.get("after") ?? 0)), last: state.seq, reset: false });
  if (path === "/status") return json({ at: new Date().toISOString(), ready: true, reasons: [], warnings: [], engine: { time: new Date().toISOString(), vessels: 1, wait_seconds: 0 }, inputs: [{ name: "one", state: "up", silent_since: null, last_line_at: null, lagging: false, rejected: {}, refused_posts: {} }], sinks: [], open_alerts: {}, budget: { today: 3, allowed: 60 }, alerts: { open: {} } });
  if (path === "/feeds") return json({ items: [] });
  if (path !== "/events") return refuse("not-found", 404);
  await new Promise((done) => setTimeout(done, state.late));
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(`event: hello\ndata: ${JSON.stringify({ build: "0", seq: state.seq, now: new Date(Date.now() + state.offset).toISOString(), user: "ana" })}\n\n`);
  response.write(`event: status\ndata: ${JSON.stringify({ feeds: [{ name: "one", up: true, silent_since: null, reason: null }] })}\n\n`);
  streams.add(response);
  response.on("close", () => streams.delete(response));
}

/**
 * Answers what the map asks for. Returns whether it was that.
 * @param {URL} url @param {string} path @param {import("node:http").ServerResponse} response @param {ReturnType<typeof import("./picture.mjs").fleet>} fleet
 */
function sea(url, path, response, fleet) {
  const isFirst = Number(url.searchParams.get("after") ?? 0) === 0;
  const send = (/** @type {string} */ type, /** @type {string | Buffer} */ body) => {
    response.writeHead(200, { "Content-Type": type });
    response.end(body);
    return true;
  };
  if (path === "/picture") return send("application/vnd.atalaia.picture", fleet.answer(isFirst));
  if (path === "/picture/names") return send("application/json", JSON.stringify(fleet.names(isFirst)));
  if (path === "/map/bounds") return send("application/json", JSON.stringify(fleet.bounds()));
  if (path.startsWith("/map/land/")) return send("application/octet-stream", landTile());
  if (path === "/zones") return send("application/json", JSON.stringify({ type: "FeatureCollection", features: [] }));
  return false;
}

/** @param {string} path @param {import("node:http").ServerResponse} response */
async function page(path, response) {
  const asset = /^\/console\/test\/(.+)$/.exec(path)?.[1];
  try {
    const file = await readFile(WEB + normalize(asset ?? "index.html").replace(/^(\.\.[/\\])+/, ""));
    const type = asset ? (TYPES[/** @type {".js"} */ (extname(asset))] ?? "application/octet-stream") : "text/html; charset=utf-8";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY });
    response.end(asset ? file : file.toString().replaceAll("{base}", "/console/test"));
  } catch {
    response.writeHead(404).end();
  }
}
