// @ts-check
// Reads a stream of server-sent events. EventSource does not show the beats that tell a silent stream from a dead one.

/** @typedef {{ event: string, id: string | null, data: string }} Event */

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} alive called for whatever arrives, beats included
 * @returns {AsyncGenerator<Event>}
 */
export async function* readEvents(body, alive) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      text = (text + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n");
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parse(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) yield event;
      }
    }
  } finally {
    reader.releaseLock();
  }
}

/** One block of lines; null for a block of comments. @param {string} block @returns {Event | null} */
export function parse(block) {
  const event = { event: "message", id: /** @type {string | null} */ (null), data: "" };
  let some = false;
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at === 0) continue;
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (name === "event") event.event = value;
    else if (name === "id") event.id = value;
    else if (name === "data") {
      event.data += (some ? "\n" : "") + value;
      some = true;
    }
  }
  return some ? event : null;
}
