// @ts-check
// Starts the console: finds out who is signed in, then draws the log-in or the frame with the page that the address names.
import { h, render } from "./vendor/preact.js";
import "./words/common.js";
import "./words/shell.js";
import { post } from "./api.js";
import { Frame } from "./frame/frame.js";
import { bindGlobalKeys } from "./frame/global_keys.js";
import { connect } from "./live.js";
import { go, route } from "./route.js";
import { access, loadSession, session, sessionKnown, signInFault, signedIn } from "./state.js";
import { Boundary } from "./ui/boundary.js";
import { Lazy } from "./views/lazy.js";
import { t } from "./words.js";

const loadLogin = () => import("./views/login.js").then(({ Login }) => Login);

/** What the address after `#` asks for: a one-time link, or the token of the first run. It is taken out of the address at once. */
function takeHash() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("link") || asked.has("token")) history.replaceState(null, "", location.pathname + location.search);
  return { link: asked.get("link"), token: asked.get("token") };
}

function App() {
  const me = session.value;
  if (!sessionKnown.value) return [h("div", { key: "bar", class: "skeleton-bar" }), h("div", { key: "page", class: "skeleton-page" })];
  if (!me || route.value.view === "login") return h(Lazy, { load: loadLogin, props: { token: asked.token }, name: t("nav.login") });
  return h(Frame, { key: access.value });
}

const asked = takeHash();
connect();
bindGlobalKeys();

/** @param {string} link */
async function byLink(link) {
  try {
    signedIn((await post("/session", { link })).data);
    if (route.peek().view === "login") go("/", { replace: true });
  } catch (failed) {
    signInFault.value = failed;
    await loadSession().catch(() => undefined);
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(h(Boundary, { name: "console", children: h(App, null) }), root);
if (asked.link) void byLink(asked.link);
else void loadSession().catch((failed) => (signInFault.value = failed));
