// @ts-check
// Requests to the daemon. Every answer that is no success becomes an ApiError with the problem that the server described.
import { signal } from "./vendor/preact.js";
import { callAll } from "./listeners.js";
import { ask, forgetAnswer, given, kindOf } from "./purpose.js";

const ROOT = "/api/v1";

/** @typedef {{ pointer: string, detail: string }} Fault */
/** @typedef {Record<string, string | number | boolean | null | undefined | (string | number)[]>} Params */
/** @typedef {{ signal?: AbortSignal, etag?: string | null, key?: string, params?: Params, keepalive?: boolean, background?: boolean, purpose?: string | null }} Options
 * `purpose` is what the request is for; with null the person is not asked if the site wants to know */
/** @template T @typedef {{ data: T, etag: string | null, status: number }} Answer */

/** Whether a request was answered with "not signed in" since the last sign-in. */
export const signedOut = signal(false);
/** Called with the data of each successful answer.
 * @type {Set<(data: any, path: string) => void>} */
export const onData = new Set();

let csrf = "";

/** @param {string} token of the session, from `Me` */
export function setCsrf(token) {
  csrf = token;
}

/** Why a request failed. `status` is 0 if the server could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{ type?: string, title?: string, detail?: string, errors?: Fault[], current?: any }} problem
   * @param {number | null} [retryAfter] seconds
   */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    /** Name of the problem, as `stale` or `refused`; `network` if the server could not be reached. */
    this.type = (problem.type ?? "").replace(/^.*\//, "") || "unknown";
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    /** The object as it stands, after a conflict. */
    this.current = problem.current ?? null;
    this.retryAfter = retryAfter;
  }
}

/** A key under which the server keeps the answer, so that a repeated request acts once. */
export function idempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Path and query of a request; parameters without a value are left out, lists are joined by commas.
 * @param {string} path @param {Params} [params] */
export function address(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value == null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    query.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = query.toString();
  return `${ROOT}${path}${text ? `?${text}` : ""}`;
}

/** Marks a request that the page makes on its own: it does not keep the session of an unattended desk alive. */
export const BACKGROUND = Object.freeze({ "X-Atalaia-Background": "1" });

/** `data` is null if `etag` still holds (status 304). `background` is for what the page asks for on its own, after an entry or by the clock.
 * @param {string} path @param {Params} [params] @param {Options} [options] @returns {Promise<Answer<any>>} */
export function get(path, params, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { ...(options.etag ? { "If-None-Match": quoted(options.etag) } : {}), ...(options.background ? BACKGROUND : {}) };
  return send("GET", address(path, params), { headers, signal: options.signal }, options.purpose);
}

/** A file as it is, for saving. @param {string} path @param {Params} [params] @returns {Promise<Blob>} */
export async function file(path, params) {
  return (await send("GET", address(path, params), { headers: {} }, undefined, true)).data;
}

/** @param {string} path @param {unknown} body @param {Options} [options] @returns {Promise<Answer<any>>} */
export const post = (path, body, options) => change("POST", path, body, options);

/** @param {string} path @param {unknown} body @param {Options} [options] @returns {Promise<Answer<any>>} */
export const put = (path, body, options) => change("PUT", path, body, options);

/** @param {string} path @param {unknown} body @param {Options} [options] @returns {Promise<Answer<any>>} */
export const patch = (path, body, options) => change("PATCH", path, body, options);

/** @param {string} path @param {Params} [params] @param {Options} [options] @returns {Promise<Answer<any>>} */
export const del = (path, params, options) => change("DELETE", path, undefined, { ...options, params });

/** @param {string} method @param {string} path @param {unknown} body @param {Options} [options] */
async function change(method, path, body, options = {}) {
  const key = options.key ?? idempotencyKey();
  const request = () => {
    /** @type {Record<string, string>} */
    const headers = { "X-Atalaia-Csrf": csrf, "Idempotency-Key": key };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (options.etag) headers["If-Match"] = quoted(options.etag);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return send(method, address(path, options.params), { headers, body: text, signal: options.signal, keepalive: options.keepalive });
  };
  try {
    return await request();
  } catch (fault) {
    // Another window has signed in since, so that the token of this one is out of date.
    if (!(fault instanceof ApiError && fault.type === "csrf")) throw fault;
    csrf = (await get("/session")).data.csrf;
    return request();
  }
}

/** @param {string} etag */
const quoted = (etag) => (/^(W\/)?"/.test(etag) || etag === "*" ? etag : `"${etag}"`);

/** @typedef {{ headers: Record<string, string>, body?: string, signal?: AbortSignal, keepalive?: boolean }} Parts */

/** Sends a request, and again with the purpose if the site asks for one and the person gives it.
 * @param {string} method @param {string} url @param {Parts} parts @param {string | null} [purpose] @param {boolean} [isFile] */
async function send(method, url, parts, purpose, isFile = false) {
  const kind = kindOf(url);
  const stated = (/** @type {string | null | undefined} */ word) => (word ? { ...parts, headers: { ...parts.headers, "X-Atalaia-Purpose": word } } : parts);
  const known = purpose === undefined ? given(kind) : purpose;
  try {
    return await once(method, url, stated(known), isFile);
  } catch (fault) {
    if (!(fault instanceof ApiError && fault.type === "purpose") || purpose !== undefined) throw fault;
    // The word is none of the site any more.
    if (known !== null && known === given(kind)) forgetAnswer();
    const word = await ask(kind);
    if (word === null) throw fault;
    return once(method, url, stated(word), isFile);
  }
}

/** @param {string} method @param {string} url @param {Parts} parts @param {boolean} isFile */
async function once(method, url, parts, isFile) {
  let response;
  try {
    response = await fetch(url, { method, ...parts, credentials: "same-origin", redirect: "error" });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    throw new ApiError(0, { type: "/problems/network", title: "", detail: "" });
  }
  const type = response.headers.get("Content-Type") ?? "";
  const isJson = /[/+]json/.test(type);
  if (!response.ok && response.status !== 304) {
    const problem = isJson ? await response.json().catch(() => ({})) : { title: response.statusText };
    if (response.status === 401 && !url.startsWith(`${ROOT}/session`)) signedOut.value = true;
    throw new ApiError(response.status, problem, Number(response.headers.get("Retry-After")) || null);
  }
  const etag = response.headers.get("ETag")?.replace(/^(W\/)?"|"$/g, "") ?? null;
  const data = response.status === 204 || response.status === 304 ? null : await content(response, isJson, isFile);
  if (data && isJson && !isFile) callAll(onData, data, url);
  return { data, etag, status: response.status };
}

/** @param {Response} response @param {boolean} isJson @param {boolean} isFile @returns {Promise<any>} */
function content(response, isJson, isFile) {
  if (isFile) return response.blob();
  if (isJson) return response.json();
  const type = response.headers.get("Content-Type") ?? "";
  return type.startsWith("text/") || type.includes("ndjson") ? response.text() : response.arrayBuffer();
}
