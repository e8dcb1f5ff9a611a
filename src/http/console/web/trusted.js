// @ts-check
// The only Trusted Types policy of the console: it lets the addresses of its own workers through and nothing else.

const WORKERS = new Set([new URL("./worker.js", import.meta.url).href, new URL("./land.js", import.meta.url).href]);

const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("atalaia", {
  /** @param {string} url */
  createScriptURL(url) {
    if (WORKERS.has(new URL(url, location.href).href)) return url;
    throw new TypeError(`${url} is no worker of the console`);
  },
});

/** The address of a worker beside this module, in the form that the page's policy demands.
 * @param {"./worker.js" | "./land.js"} path @returns {string | URL} */
export function workerUrl(path) {
  const url = new URL(path, import.meta.url).href;
  return policy ? policy.createScriptURL(url) : url;
}
