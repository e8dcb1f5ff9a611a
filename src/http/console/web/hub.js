// @ts-check
// What all windows of a browser share: one stream of changes and one poll of the picture. Runs in the SharedWorker,
// or in the window itself where there is no SharedWorker.
import { Whole, readFrame } from "./picture.js";
import { readEvents } from "./events.js";

const ROOT = "/api/v1";
/** Silence of the stream after which it counts as broken; the server sends a beat every 15 s. */
const SILENCE = 40_000;
/** A window that has not reported for this long is gone: browsers wake hidden windows once a minute. */
const GONE = 150_000;
/** Pace of the picture in milliseconds: usual, at most, when nobody looks; and what counts as a slow answer. */
const PACE = { usual: 1000, most: 5000, hidden: 10_000, slow: 300 };
/** Pause before the first retry of the stream, and the longest: a page is back within 5 s of its daemon. */
const RETRY = { first: 500, most: 3000 };
/** Names are asked for at most this often. */
const NAMES_EVERY = 4000;

/** @typedef {{ visible: boolean, picture: boolean, at: number }} Window */

export class Hub {
  /** @param {(window: unknown, message: any) => void} tell sends a message to one window */
  constructor(tell) {
    this.tell = tell;
    /** @type {Map<unknown, Window>} */
    this.windows = new Map();
    this.running = false;
    this.seq = 0;
    this.status = { kind: "status", status: "waiting", since: Date.now() };
    /** @type {any} */ this.hello = null;
    /** @type {any} */ this.feeds = null;
    this.whole = new Whole();
    /** @type {Map<number, any[]>} */ this.names = new Map();
    this.namesCursor = 0;
    this.namesAt = 0;
    this.pace = PACE.usual;
    this.timer = /** @type {any} */ (0);
    this.asking = false;
    /** Counts how often everything was dropped: an answer to an earlier question is not taken in. */
    this.turn = 0;
    /** @type {any} */ this.last = null;
    /** Ends the stream that runs, and the loop that opens it again. @type {AbortController} */ this.life = new AbortController();
  }

  /** @param {unknown} window @param {any} message */
  hear(window, message) {
    if (message.kind === "bye") return this.leave(window);
    const before = this.windows.get(window);
    const here = before ?? { visible: true, picture: false, at: 0 };
    this.windows.set(window, here);
    here.at = Date.now();
    if (!before) this.welcome(window);
    if (message.kind === "start") this.start();
    if (message.kind === "stop") this.stop("ended");
    if (message.kind === "forget") this.forget();
    if (message.kind === "window") {
      const wakes = (message.visible && !here.visible) || (message.picture && !here.picture);
      here.visible = message.visible;
      here.picture = message.picture;
      if (wakes && message.picture && this.last) this.tell(window, { kind: "picture", picture: this.last });
      if (wakes) this.poll();
    }
  }

  /** @param {unknown} window */
  leave(window) {
    this.windows.delete(window);
  }

  /** A window that comes later gets what the others have. @param {unknown} window */
  welcome(window) {
    this.tell(window, this.status);
    if (this.hello) this.tell(window, { ...this.hello, seq: this.seq, late: true });
    if (this.feeds) this.tell(window, { kind: "feeds", feeds: this.feeds });
    if (this.names.size) this.tell(window, { kind: "names", items: [...this.names.values()], whole: true });
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.life = new AbortController();
    void this.keepStreaming(this.life.signal);
    this.poll();
  }

  /** @param {"ended" | "waiting"} status @param {string} [why] */
  stop(status, why) {
    this.running = false;
    this.life.abort();
    this.forget();
    clearTimeout(this.timer);
    this.setStatus(status);
    if (why !== undefined) this.all({ kind: "end", why });
  }

  /** Drops what it holds of the picture: another person may come, or this one may see less than before. */
  forget() {
    this.turn += 1;
    this.last = null;
    this.whole.clear();
    this.forgetNames();
    this.all({ kind: "names", items: [], whole: true });
    this.poll();
  }

  /** @param {any} message */
  all(message) {
    for (const [window, { at }] of this.windows) {
      if (Date.now() - at > GONE) this.windows.delete(window);
      else this.tell(window, message);
    }
  }

  /** @param {string} status */
  setStatus(status) {
    if (this.status.status === status) return;
    const bad = status === "waiting" || status === "lost";
    const wasBad = this.status.status === "waiting" || this.status.status === "lost";
    this.status = { kind: "status", status, since: bad && wasBad ? this.status.since : Date.now() };
    this.all(this.status);
  }

  /** @param {AbortSignal} life a stream that was stopped is not opened again, even if another one has begun since */
  async keepStreaming(life) {
    for (let pause = RETRY.first; !life.aborted; pause = Math.min(RETRY.most, pause * 2)) {
      const began = Date.now();
      await this.streamOnce(life);
      if (life.aborted) return;
      if (Date.now() - began > 10_000) pause = RETRY.first;
      this.setStatus(Date.now() - this.status.since > 5000 && this.status.status !== "live" ? "lost" : "waiting");
      await new Promise((done) => setTimeout(done, pause * (0.7 + Math.random() * 0.6)));
      if (life.aborted) return;
      if (this.status.status === "waiting" && Date.now() - this.status.since > 5000) this.setStatus("lost");
    }
  }

  /** @param {AbortSignal} life */
  async streamOnce(life) {
    const stream = new AbortController();
    const end = () => stream.abort();
    let watchdog = setTimeout(end, SILENCE);
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, SILENCE);
    };
    life.addEventListener("abort", end);
    try {
      const response = await fetch(`${ROOT}/events${this.seq ? `?after=${this.seq}` : ""}`, { signal: stream.signal, headers: { Accept: "text/event-stream" } });
      if (response.status === 401) return this.stop("ended", "");
      if (!response.ok || !response.body) return;
      for await (const event of readEvents(response.body, alive)) this.take(event);
    } catch {
      // The stream broke off; the loop opens it again.
    } finally {
      clearTimeout(watchdog);
      life.removeEventListener("abort", end);
    }
  }

  /** @param {{ event: string, data: string }} event */
  take({ event, data }) {
    if (event === "hello") return this.greet(JSON.parse(data));
    if (event === "status") {
      this.feeds = JSON.parse(data);
      return this.all({ kind: "feeds", feeds: this.feeds });
    }
    if (event === "reset") return this.all({ kind: "reset" });
    if (event === "access") {
      this.forget();
      return this.all({ kind: "access" });
    }
    if (event === "end") return this.stop("ended", JSON.parse(data).why ?? "");
    if (event !== "change") return undefined;
    const entry = JSON.parse(data);
    // What a resumed stream repeats is dropped here.
    if (entry.seq <= this.seq) return undefined;
    this.seq = entry.seq;
    this.all({ kind: "entry", entry });
    // The reader may see less than before: names and the picture are asked for again, too.
    if (entry.what === "withdrawn") this.take({ event: "access", data: "" });
    return undefined;
  }

  /** @param {{ build: string, seq: number, now: string, user: string }} hello */
  greet(hello) {
    const isNew = this.seq === 0;
    // A store that has fewer entries than were seen is another store.
    if (!isNew && hello.seq < this.seq) this.all({ kind: "reset" });
    if (isNew || hello.seq < this.seq) this.seq = hello.seq;
    this.hello = { kind: "hello", ...hello, offset: Date.parse(hello.now) - Date.now() };
    this.setStatus("live");
    this.all(this.hello);
  }

  /** Asks for the picture, and again after the pace. */
  poll() {
    clearTimeout(this.timer);
    if (!this.running || this.asking) return;
    const watching = [...this.windows.values()].filter((each) => each.picture && Date.now() - each.at < GONE);
    if (watching.length === 0) return;
    this.asking = true;
    void this.askPicture().finally(() => {
      this.asking = false;
      const seen = watching.some((each) => each.visible);
      this.timer = setTimeout(() => this.poll(), seen ? this.pace : PACE.hidden);
    });
  }

  async askPicture() {
    const began = performance.now();
    const { turn } = this;
    try {
      const response = await fetch(`${ROOT}/picture${this.whole.cursor ? `?after=${this.whole.cursor}` : ""}`);
      if (response.status === 401) return this.stop("ended", "");
      if (!response.ok) return void (this.pace = PACE.most);
      const frame = readFrame(await response.arrayBuffer());
      if (turn !== this.turn) return void (this.pace = PACE.usual);
      const slow = performance.now() - began > PACE.slow;
      this.pace = slow ? Math.min(PACE.most, this.pace * 2) : Math.max(PACE.usual, this.pace / 2);
      if (frame.stamp !== this.whole.stamp) this.forgetNames();
      if (!this.whole.take(frame)) return void (this.pace = PACE.usual);
      this.last = this.whole.copy(frame.at, frame.wall);
      for (const [window, each] of this.windows) {
        if (each.picture) this.tell(window, { kind: "picture", picture: this.last });
      }
      await this.askNames();
    } catch {
      this.pace = Math.min(PACE.most, this.pace * 2);
    }
    return undefined;
  }

  forgetNames() {
    this.names.clear();
    this.namesCursor = 0;
    this.namesAt = 0;
  }

  async askNames() {
    if (Date.now() - this.namesAt < NAMES_EVERY) return;
    this.namesAt = Date.now();
    const { turn } = this;
    const response = await fetch(`${ROOT}/picture/names?after=${this.namesCursor}`);
    if (!response.ok) return;
    const { cursor, items } = await response.json();
    if (turn !== this.turn) return;
    const whole = this.namesCursor === 0;
    this.namesCursor = cursor;
    for (const item of items) this.names.set(item[0], item);
    if (items.length) this.all({ kind: "names", items, whole });
  }
}
