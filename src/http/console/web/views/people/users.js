// @ts-check
import { h, useState } from "../../vendor/preact.js";
import { del, patch, post } from "../../api.js";
import { time } from "../../format.js";
import { CeilingFields, NO_CEILINGS, ceilingsText, cleanCeilings } from "../../frame/ceilings.js";
import { session } from "../../state.js";
import { Button } from "../../ui/button.js";
import { Chip } from "../../ui/chip.js";
import { CheckField, TextField } from "../../ui/field.js";
import { explain } from "../../ui/explain.js";
import { Form, useForm } from "../../ui/form.js";
import { say } from "../../ui/toast.js";
import { t } from "../../words.js";
import { Once } from "./once.js";
import { sureOf } from "./sessions.js";
import { Sure } from "./sure.js";

/** @typedef {import("../../../types/api").User} User */

const ROLES = /** @type {const} */ (["viewer", "analyst", "supervisor", "admin", "auditor"]);

/** @param {{ items: User[], reload: () => Promise<unknown> }} props */
export function Users({ items, reload }) {
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  const [link, setLink] = useState(/** @type {{ name: string, secret: string } | null} */ (null));
  const done = async (/** @type {string} */ text, /** @type {any} */ made = null) => {
    if (made?.link) setLink({ name: made.name, secret: `${location.origin}/#link=${made.link}` });
    setOpen(null);
    say(text, "good");
    await reload();
  };
  return h("div", { class: "form" },
    link && h(Once, { text: t("people.link_once", { name: link.name }), secret: link.secret, onDone: () => setLink(null) }),
    h("div", { class: "row" }, open !== "" && h(Button, { kind: "main", onClick: () => setOpen("") }, t("people.new_user"))),
    open === "" && h("section", { class: "card" }, h(UserForm, { user: null, onDone: done, onCancel: () => setOpen(null) })),
    h("section", { class: "card scrolls", tabIndex: 0 }, h("table", null,
      h("thead", null, h("tr", null, ["name", "roles", "ceilings", "last_sign_in", "actions"].map((each) => h("th", { key: each, scope: "col" }, t(`people.${each}`))))),
      h("tbody", null, items.map((user) => [
        h("tr", { key: user.name }, h("th", { scope: "row" }, user.name, " ", user.disabled_at && h(Chip, { tone: "bad" }, t("people.is_disabled", { time: time(user.disabled_at) })), user.has_password === false && h(Chip, null, t("people.no_password"))), h("td", null, user.roles.map((each) => t(`role.${each}`)).join(", ")), h("td", null, ceilingsText(user.ceilings)),
          h("td", { class: "nowrap" }, user.last_sign_in_at ? time(user.last_sign_in_at) : t("word.never")), h("td", null, h(Acts, { user, onEdit: () => setOpen(open === user.name ? null : user.name), done }))),
        open === user.name && h("tr", { key: `${user.name}.form` }, h("td", { colSpan: 5 }, h(UserForm, { user, onDone: done, onCancel: () => setOpen(null) }))),
      ])))));
}

/** @param {{ user: User, onEdit: () => void, done: (text: string) => Promise<void> }} props */
function Acts({ user, onEdit, done }) {
  const path = `/users/${encodeURIComponent(user.name)}`;
  const run = (/** @type {Promise<unknown>} */ act, /** @type {string} */ text) => act.then(() => done(text), (failed) => say(explain(failed), "bad"));
  const isMe = user.name === session.value?.name;
  return h("span", { class: "row" },
    h(Button, { kind: "quiet", onClick: onEdit }, t("people.edit")),
    h(Sure, { label: t("people.end_sessions"), sure: sureOf(user.name), onSure: () => run(del(`${path}/sessions`), t("people.sessions_ended", { name: user.name })) }),
    !isMe && (user.disabled_at ? h(Button, { kind: "quiet", onClick: () => void run(patch(path, { disabled: false }), t("people.enabled", { name: user.name })) }, t("people.enable"))
      : h(Sure, { label: t("people.disable"), sure: t("people.disable_sure", { name: user.name }), onSure: () => run(patch(path, { disabled: true }), t("people.disabled", { name: user.name })) })),
    !isMe && h(Sure, { label: t("action.delete"), sure: t("people.delete_sure", { name: user.name }), onSure: () => run(del(path), t("people.deleted", { name: user.name })) }));
}

/** @param {{ user: User | null, onDone: (text: string, made?: unknown) => Promise<void>, onCancel: () => void }} props `user` null for a new one */
function UserForm({ user, onDone, onCancel }) {
  const empty = { name: user?.name ?? "", password: "", roles: /** @type {string[]} */ (user?.roles ?? ["viewer"]), ceilings: user?.ceilings ?? NO_CEILINGS };
  const form = useForm(`user.${user?.name ?? ""}`, empty, { secret: ["password"] });
  const { values, set } = form;
  const send = async () => {
    /** @type {any} */
    let answer = null;
    const kept = await form.submit(async ({ name, password, roles, ceilings }, key) => {
      const body = { roles, ceilings: cleanCeilings(ceilings), ...(password ? { password } : {}) };
      answer = await (user ? patch(`/users/${encodeURIComponent(user.name)}`, body, { key }) : post("/users", { name: name.trim(), ...body }, { key }));
    });
    if (kept) await onDone(t(user ? "people.saved" : "people.made", { name: values.name }), user ? null : answer?.data);
  };
  const toggle = (/** @type {string} */ role, /** @type {boolean} */ on) => set({ roles: ROLES.filter((each) => (each === role ? on : values.roles.includes(each))) });
  return h(Form, { level: "h2", title: user ? user.name : t("people.new_user"), submit: t("action.save"), onSubmit: send, onCancel, busy: form.busy, fault: form.fault, disabled: !values.name.trim() || values.roles.length === 0 },
    h("div", { class: "form-grid" },
      !user && h(TextField, { label: t("people.name"), value: values.name, onInput: (name) => set({ name }), autocomplete: "off", fault: form.faultOf("name") }),
      h(TextField, { label: t(user ? "people.new_password" : "login.password"), type: "password", autocomplete: "new-password", value: values.password, onInput: (password) => set({ password }), hint: t(user ? "people.password_keep" : "people.link_hint"), fault: form.faultOf("password") })),
    h("fieldset", null, h("legend", null, t("people.roles")), ROLES.map((role) => h("div", { key: role, class: "row" },
      h(CheckField, { label: t(`role.${role}`), checked: values.roles.includes(role), onChange: (on) => toggle(role, on) }), h("small", { class: "muted" }, t(`role.about.${role}`))))),
    h(CeilingFields, { value: values.ceilings, onChange: (ceilings) => set({ ceilings }) }));
}
