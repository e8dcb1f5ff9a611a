// @ts-check
import { h, useState } from "../../vendor/preact.js";
import { del, post } from "../../api.js";
import { time } from "../../format.js";
import { CeilingFields, NO_CEILINGS, ceilingsText, cleanCeilings } from "../../frame/ceilings.js";
import { session } from "../../state.js";
import { Button } from "../../ui/button.js";
import { CheckField, TextField } from "../../ui/field.js";
import { explain } from "../../ui/explain.js";
import { Form, useForm } from "../../ui/form.js";
import { say } from "../../ui/toast.js";
import { t, word } from "../../words.js";
import { PurposeField } from "../login.js";
import { Once } from "./once.js";
import { Sure } from "./sure.js";

/** What a token may be given; lowering a marking and managing people are for persons. */
const RIGHTS = ["status", "read", "search", "act", "silence", "export", "retry", "audit"];
const DAY = 86_400_000;

/** @param {{ items: any[], reload: () => Promise<unknown> }} props */
export function Tokens({ items, reload }) {
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState(/** @type {{ name: string, secret: string } | null} */ (null));
  const end = (/** @type {string} */ name) => del(`/tokens/${encodeURIComponent(name)}`).then(reload, (failed) => say(explain(failed), "bad"));
  return h("div", { class: "form" },
    made && h(Once, { text: t("people.token_once", { name: made.name }), secret: made.secret, onDone: () => setMade(null) }),
    h("div", { class: "row" }, !open && h(Button, { kind: "main", onClick: () => setOpen(true) }, t("people.new_token"))),
    open && h("section", { class: "card" }, h(TokenForm, { onCancel: () => setOpen(false), onMade: async (token) => { setMade(token); setOpen(false); await reload(); } })),
    items.length === 0 ? h("p", { class: "muted" }, t("people.no_tokens")) : h("section", { class: "card scrolls", tabIndex: 0 }, h("table", null,
      h("thead", null, h("tr", null, ["name", "rights", "ceilings", "networks", "purpose", "last_used", "ends", "actions"].map((each) => h("th", { key: each, scope: "col" }, t(`people.${each}`))))),
      h("tbody", null, items.filter((one) => !one.ended_at).map((one) => h("tr", { key: one.name },
        h("th", { scope: "row" }, one.name), h("td", null, one.rights.map((/** @type {string} */ each) => t(`right.${each}`)).join(", ")), h("td", null, ceilingsText(one.ceilings ?? NO_CEILINGS)),
        h("td", { class: "mono" }, (one.networks ?? []).join(" ") || t("people.any_network")), h("td", null, word("purpose", one.purpose)),
        h("td", { class: "nowrap" }, one.last_used_at ? time(one.last_used_at) : t("word.never")), h("td", { class: "nowrap" }, time(one.expires)),
        h("td", null, h(Sure, { label: t("people.revoke"), sure: t("people.revoke_sure", { name: one.name }), onSure: () => void end(one.name) }))))))));
}

/** @param {{ onCancel: () => void, onMade: (token: { name: string, secret: string }) => Promise<void> }} props */
function TokenForm({ onCancel, onMade }) {
  const purposes = session.value?.purposes ?? [];
  const form = useForm("token", { name: "", rights: ["read"], ceilings: NO_CEILINGS, until: new Date(Date.now() + 90 * DAY).toISOString().slice(0, 10), networks: "", purpose: purposes[0] ?? "" });
  const { values, set } = form;
  const send = () => form.submit(async ({ name, rights, ceilings, until, networks, purpose }, key) => {
    const list = networks.split(/[\s,]+/).filter(Boolean);
    const body = { name: name.trim(), rights, ceilings: cleanCeilings(ceilings), expires: `${until}T00:00:00Z`, networks: list.length ? list : null, purpose: purpose || null };
    const { data } = await post("/tokens", body, { key });
    await onMade({ name: body.name, secret: data.secret });
  });
  const toggle = (/** @type {string} */ right, /** @type {boolean} */ on) => set({ rights: RIGHTS.filter((each) => (each === right ? on : values.rights.includes(each))) });
  return h(Form, { level: "h2", title: t("people.new_token"), submit: t("people.make_token"), onSubmit: () => void send(), onCancel, busy: form.busy, fault: form.fault, disabled: !values.name.trim() || values.rights.length === 0 || !values.until },
    h("div", { class: "form-grid" },
      h(TextField, { label: t("people.name"), value: values.name, onInput: (name) => set({ name }), autocomplete: "off", fault: form.faultOf("name") }),
      h(TextField, { label: t("people.ends"), placeholder: "2027-03-01", value: values.until, onInput: (until) => set({ until }), hint: t("people.ends_hint"), fault: form.faultOf("expires") }),
      h(TextField, { label: t("people.networks"), value: values.networks, onInput: (networks) => set({ networks }), placeholder: t("people.any_network"), hint: t("people.networks_hint"), fault: form.faultOf("networks") }),
      purposes.length > 0 && h(PurposeField, { label: t("people.purpose"), value: values.purpose, options: purposes, onChange: (purpose) => set({ purpose }) })),
    h("fieldset", null, h("legend", null, t("people.rights")), h("div", { class: "row" }, RIGHTS.map((right) => h(CheckField, { key: right, label: t(`right.${right}`), checked: values.rights.includes(right), onChange: (on) => toggle(right, on) })))),
    h(CeilingFields, { value: values.ceilings, onChange: (ceilings) => set({ ceilings }) }));
}
