// @ts-check
// The SharedWorker: one hub for all windows of this browser.
import { Hub } from "./hub.js";

const hub = new Hub((port, message) => /** @type {MessagePort} */ (port).postMessage(message));

self.addEventListener("connect", (event) => {
  const port = /** @type {MessageEvent} */ (event).ports[0];
  port.onmessage = ({ data }) => hub.hear(port, data);
  port.start();
});
