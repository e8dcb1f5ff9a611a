// @ts-check
// Log-in: name and password, or the first administrator by the token that the daemon printed.
import { h, useState } from "../vendor/preact.js";
import { post } from "../api.js";
import { go, route } from "../route.js";
import { announceSession, loadSession, palette, session, setPreference, signInFault as fault, signedIn } from "../state.js";
import { local, tab } from "../storage.js";
import { Button } from "../ui/button.js";
import { CheckField, SelectField, TextField } from "../ui/field.js";
import { explain } from "../ui/explain.js";
import "../words/pages.js";
import { LANGUAGES, LANGUAGE_NAMES, language, setLanguage, t, word } from "../words.js";

/** @param {any} failed */
const told = (failed) => (failed.status === 401 ? t("login.refused", { why: failed.detail || failed.title }) : explain(failed));

/** @param {{ token: string | null }} props `token` of the first run, from the address */
export function Login({ token }) {
  const [first, setFirst] = useState(token !== null);
  return h("div", { class: "login-page" },
    h("main", { class: "login" },
      h("h1", null, "Atalaia"),
      h("p", { class: "muted" }, t(first ? "login.first_intro" : "login.intro")),
      fault.value != null && h("p", { class: "form-fault", role: "alert" }, told(fault.value)),
      session.value ? h(Already, null) : h(Fields, { key: String(first), first, token }),
      h("div", { class: "login-foot" },
        h("select", { "aria-label": t("frame.language"), value: language.value, onChange: (/** @type {any} */ event) => setLanguage(event.currentTarget.value) },
          LANGUAGES.map((each) => h("option", { key: each, value: each, selected: each === language.value }, LANGUAGE_NAMES[each]))),
        h("select", { "aria-label": t("frame.palette"), value: palette.value, onChange: (/** @type {any} */ event) => (palette.value = event.currentTarget.value) },
          ["system", "day", "dusk", "night"].map((each) => h("option", { key: each, value: each, selected: each === palette.value }, t(`palette.${each}`)))),
        !session.value && h(Button, { kind: "quiet", onClick: () => setFirst(!first) }, t(first ? "login.with_password" : "login.first")))));
}

function Already() {
  return h("div", { class: "row" }, t("login.already", { name: session.value?.name }), h(Button, { kind: "main", onClick: () => go("/", { replace: true }) }, t("login.continue")));
}

/** @param {{ first: boolean, token: string | null }} props */
function Fields({ first, token }) {
  const [name, setName] = useState(local.get("atalaia.name") ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState(token ?? "");
  const [alone, setAlone] = useState(false);
  const [busy, setBusy] = useState(false);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    fault.value = null;
    try {
      const { data } = first ? await post("/session/first", { token: code.trim(), name, password, roles: alone ? ["analyst", "supervisor", "auditor"] : [] }) : await post("/session", { name, password });
      local.set("atalaia.name", name);
      keepChoices(data);
      if (route.peek().view === "login") go("/", { replace: true });
      announceSession();
    } catch (failed) {
      fault.value = failed;
      setPassword("");
    } finally {
      setBusy(false);
    }
  };
  return h("form", { class: "form", onSubmit: send },
    first && h(TextField, { label: t("login.token"), value: code, onInput: setCode, autocomplete: "one-time-code", required: true, hint: t("login.token_hint") }),
    h(TextField, { label: t("login.name"), value: name, onInput: setName, autocomplete: "username", required: true, name: "name" }),
    h(TextField, { label: t("login.password"), value: password, onInput: setPassword, type: "password", autocomplete: first ? "new-password" : "current-password", required: true, name: "password", hint: first ? t("login.password_hint") : undefined }),
    first && h(CheckField, { label: t("login.alone"), checked: alone, onChange: setAlone }),
    h(Button, { type: "submit", kind: "main", busy }, t(first ? "login.create" : "login.enter")));
}

/** Palette and language chosen at the log-in page become those of a person who has chosen none. @param {any} me */
function keepChoices(me) {
  const chosen = { palette: palette.peek(), language: language.peek() };
  signedIn(me);
  if (me.preferences?.language === undefined) setPreference("language", chosen.language);
  if (me.preferences?.palette === undefined && chosen.palette !== "system") setPreference("palette", chosen.palette);
}

/** Log-in in the warning line, after the session has ended while a page was open. The page stays as it is. */
export function InPlace() {
  const before = session.value?.name ?? "";
  const [name, setName] = useState(before);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(/** @type {unknown} */ (null));
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setFailed(null);
    try {
      const { data } = await post("/session", { name, password });
      announceSession();
      if (data.name === before) return void signedIn(data);
      // Another person must not find what this one has half written.
      tab.clear();
      location.reload();
    } catch (why) {
      setFailed(why);
    } finally {
      setPassword("");
      setBusy(false);
    }
    return undefined;
  };
  const take = (/** @type {(value: string) => void} */ set) => (/** @type {any} */ event) => set(event.currentTarget.value);
  return h("form", { class: "in-place", onSubmit: send },
    h("input", { value: name, onInput: take(setName), "aria-label": t("login.name"), autocomplete: "username" }),
    h("input", { type: "password", value: password, onInput: take(setPassword), "aria-label": t("login.password"), placeholder: t("login.password"), autocomplete: "current-password" }),
    h(Button, { type: "submit", kind: "main", busy }, t("login.enter")),
    h(Button, { kind: "quiet", onClick: () => void loadSession().catch(setFailed) }, t("action.retry")),
    failed != null && h("span", { role: "alert" }, told(failed)));
}

/** @param {{ value: string, onChange: (value: string) => void, options: string[], label?: string }} props */
export function PurposeField({ value, onChange, options, label = t("account.purpose") }) {
  return h(SelectField, { label, value, onChange, options: options.map((each) => ({ value: each, label: word("purpose", each) })) });
}
