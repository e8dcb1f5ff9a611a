// @ts-check
import { h, useId } from "../vendor/preact.js";

/**
 * A labelled control with its hint and its fault.
 * @param {{ label: string, hint?: string, fault?: string | null, wide?: boolean, control: (given: { id: string, "aria-describedby"?: string, "aria-invalid"?: boolean }) => import("../vendor/preact.js").ComponentChildren }} props
 */
export function Field({ label, hint, fault, wide, control }) {
  const id = useId();
  const below = fault || hint;
  return h("div", { class: `field${wide ? " wide" : ""}${fault ? " faulty" : ""}` },
    h("label", { for: id }, label),
    control({ id, "aria-describedby": below ? `${id}-hint` : undefined, "aria-invalid": fault ? true : undefined }),
    below && h("small", { id: `${id}-hint`, class: fault ? "fault" : "hint" }, below));
}

/**
 * @param {{ label: string, value: string, onInput: (value: string) => void, type?: string, name?: string, autocomplete?: string, hint?: string,
 *   fault?: string | null, required?: boolean, rows?: number, wide?: boolean, placeholder?: string, maxLength?: number }} props
 */
export function TextField({ label, value, onInput, hint, fault, rows, wide, ...rest }) {
  const take = (/** @type {Event} */ event) => onInput(/** @type {HTMLInputElement} */ (event.currentTarget).value);
  return h(Field, { label, hint, fault, wide, control: (given) => (rows
    ? h("textarea", { ...given, ...rest, rows, value, onInput: take })
    : h("input", { type: "text", ...given, ...rest, value, onInput: take })) });
}

/**
 * @param {{ label: string, value: string, onChange: (value: string) => void, options: { value: string, label: string }[], hint?: string, fault?: string | null, disabled?: boolean }} props
 */
export function SelectField({ label, value, onChange, options, hint, fault, disabled }) {
  const take = (/** @type {Event} */ event) => onChange(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
  return h(Field, { label, hint, fault, control: (given) => h("select", { ...given, value, disabled, onChange: take },
    options.map((each) => h("option", { key: each.value, value: each.value, selected: each.value === value }, each.label))) });
}

/**
 * @param {{ label: string, checked: boolean, onChange: (checked: boolean) => void, disabled?: boolean, title?: string }} props
 */
export function CheckField({ label, checked, onChange, disabled, title }) {
  const take = (/** @type {Event} */ event) => onChange(/** @type {HTMLInputElement} */ (event.currentTarget).checked);
  return h("label", { class: "check", title }, h("input", { type: "checkbox", checked, disabled, onChange: take }), h("span", null, label));
}
