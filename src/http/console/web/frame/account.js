// @ts-check
// What a person may set for herself: purpose of the shift, password, sounds; and what her session is.
import { h } from "../vendor/preact.js";
import { put } from "../api.js";
import { time } from "../format.js";
import { preferences, session, setPreference, signedIn, sound } from "../state.js";
import { Button } from "../ui/button.js";
import { CheckField, TextField } from "../ui/field.js";
import { explain } from "../ui/explain.js";
import { Form, useForm } from "../ui/form.js";
import { Severity } from "../ui/severity.js";
import { say } from "../ui/toast.js";
import { PurposeField } from "../views/login.js";
import "../words/pages.js";
import { t } from "../words.js";
import { Ceilings } from "./ceilings.js";
import { AUDIBLE, play, sounds } from "./sound.js";

export function Account() {
  const me = session.value;
  if (!me) return null;
  const choose = (/** @type {string} */ purpose) => put("/me/purpose", { purpose }).then(({ data }) => signedIn(data), (failed) => say(explain(failed), "bad"));
  return [
    h("dl", { key: "facts", class: "facts" },
      h("dt", null, t("account.name")), h("dd", null, me.name), h("dt", null, t("account.roles")), h("dd", null, me.roles.map((each) => t(`role.${each}`)).join(", ")),
      h("dt", null, t("account.way")), h("dd", null, t(`way.${me.way}`)), h("dt", null, t("account.since")), h("dd", null, time(me.signed_in_at)),
      h("dt", null, t("account.until")), h("dd", null, time(me.until)), h("dt", null, t("account.version")), h("dd", null, me.version)),
    h("section", { key: "ceilings" }, h("h3", null, t("ceilings.title")), h(Ceilings, { ceilings: me.ceilings })),
    me.purposes.length > 0 && h(PurposeField, { key: "purpose", value: me.purpose ?? "", options: me.purposes, onChange: choose }),
    h(Sounds, { key: "sounds" }),
    me.way !== "token" && h(Password, { key: "password" }),
  ];
}

function Sounds() {
  const toggle = (/** @type {string} */ severity, /** @type {boolean} */ on) => {
    const chosen = AUDIBLE.filter((each) => (each === severity ? on : sounds(each)));
    setPreference("sounds", chosen);
  };
  void preferences.value;
  return h("section", null, h("h3", null, t("sound.title")),
    h(CheckField, { label: t("sound.on"), checked: sound.value, onChange: (on) => (sound.value = on) }),
    AUDIBLE.map((each) => h("div", { key: each, class: "row" }, h(CheckField, { label: "", title: t(`severity.${each}`), checked: sounds(each), onChange: (on) => toggle(each, on) }),
      h(Severity, { severity: each, text: true }), h(Button, { kind: "quiet", onClick: () => play(each) }, t("sound.test")))));
}

function Password() {
  const known = session.value?.has_password !== false;
  const form = useForm("password", { old: "", new: "" }, { secret: ["old", "new"] });
  const send = async () => {
    if (await form.submit((values, key) => put("/me/password", known ? values : { new: values.new }, { key }))) say(t("account.password_changed"), "good");
  };
  return h(Form, { title: t(known ? "account.password" : "account.password_set"), submit: t("account.password_change"), onSubmit: send, busy: form.busy, fault: form.fault, disabled: (known && !form.values.old) || !form.values.new },
    known && h(TextField, { label: t("account.password_old"), type: "password", autocomplete: "current-password", value: form.values.old, onInput: (old) => form.set({ old }), fault: form.faultOf("old") }),
    h(TextField, { label: t("account.password_new"), type: "password", autocomplete: "new-password", hint: t("login.password_hint"), value: form.values.new, onInput: (value) => form.set({ new: value }), fault: form.faultOf("new") }));
}
