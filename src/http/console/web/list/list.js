// @ts-check
/** The list of alerts: filter, counts, rows that stay where they are, acts on one or several. */
import "../words/list.js";
import "../words/acts.js";
import { LazyForm, loadForms } from "../acts/form.js";
import { Buttons } from "../acts/bar.js";
import { Status } from "../acts/status.js";
import { asSeen, form } from "../acts/run.js";
import { setParams, route } from "../route.js";
import { filter, selection } from "../state.js";
import { Lazy } from "../views/lazy.js";
import { Boundary } from "../ui/boundary.js";
import { h, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../words.js";
import { chosen, grouping, hasDrawer, held, start, summary } from "./store.js";
import { clear, follow, targets } from "./choose.js";
import { FilterBox } from "./filterbox.js";
import { Grid } from "./grid.js";
import { GROUPINGS } from "./groups.js";
import { useKeys } from "./listkeys.js";
import { Sentence, isFormHere } from "./sentence.js";
import { Tools } from "./tools.js";

const loadFacets = () => import("./facets.js").then(({ Facets }) => Facets);

/**
 * The list with everything that belongs to it; fills its parent.
 * @param {{name?: string}} props
 */
export function AlertList({ name = "list" }) {
  useAddress();
  useEffect(start, []);
  useEffect(follow, []);
  const mayAct = selection.value.kind === "alert" || chosen.value.size > 0;
  useEffect(() => void (mayAct && loadForms()), [mayAct]);
  useKeys();
  return h("section", { class: `alerts alerts-${name}`, "data-keys": "list", "aria-label": t("list.title") },
    h(Boundary, { name: "filter" }, h(FilterBox, null)),
    hasDrawer.value ? h(Boundary, { name: "facets" }, h(Lazy, { load: loadFacets, props: {}, name: t("list.facets") })) : null,
    h(Boundary, { name: "tools" }, h(Tools, null)),
    h(Boundary, { name: "grid" }, h(Grid, null)),
    h(Boundary, { name: "sentence" }, h(Sentence, null)),
    h(Boundary, { name: "acts" }, h(Foot, null)));
}

/** Keeps filter and grouping in the address, and takes them from it at the start and when the reader goes back. */
function useAddress() {
  const { params } = route.value;
  const seen = useRef(/** @type {string|null} */ (null));
  const asked = `${params.q ?? ""}\n${params.group ?? ""}`;
  useEffect(() => {
    if (seen.current === asked) return;
    const isFirst = seen.current === null;
    seen.current = asked;
    if (params.q !== undefined || !isFirst || filter.peek() === null) filter.value = params.q ?? (isFirst ? (filter.peek() ?? "") : "");
    const by = GROUPINGS.find((one) => one === params.group);
    if (by) grouping.value = by;
  }, [asked]);
  const [text, by] = [filter.value, grouping.value];
  const isWritten = useRef(false);
  const isTyped = useTyping();
  useEffect(() => {
    if (text === null || seen.current === null) return;
    seen.current = `${text}\n${by === "none" ? "" : by}`;
    // Each change is a step of Back, but what is typed at one go is one. What another window does is none.
    const isStep = isWritten.current && document.hasFocus() && !isTyped();
    isWritten.current = true;
    setParams({ q: text || null, group: by === "none" ? null : by }, { replace: !isStep });
  }, [text, by]);
}

/** A function that says whether the filter box has been changed before since it got the focus. */
function useTyping() {
  const isTyping = useRef(false);
  useEffect(() => {
    const begin = () => { isTyping.current = false; };
    addEventListener("focusin", begin);
    return () => removeEventListener("focusin", begin);
  }, []);
  return () => {
    const before = isTyping.current;
    isTyping.current = document.activeElement?.id === "filter-box";
    return before && isTyping.current;
  };
}

/** Under the rows: the acts on what is chosen, their form, and what came of them. */
function Foot() {
  const count = chosen.value.size;
  const shown = form.value;
  const { items } = held.value;
  const alerts = shown?.alerts.map((alert) => asSeen(shown.kind, alert, items.get(alert.id) ?? alert)) ?? [];
  return h("footer", { class: "alerts-foot" },
    count > 0 ? h("div", { class: "bulk" },
      h("div", { class: "bulk-head" },
        h("strong", null, t("list.chosen", { n: count })),
        h("button", { type: "button", class: "tool", onClick: clear }, t("list.clear_choice"), h("kbd", null, "Esc"))),
      h(Buttons, { alerts: targets(), isBulk: true })) : null,
    shown && isFormHere()
      ? h(LazyForm, { form: { ...shown, alerts }, people: people(summary.value), filter: filter.value ?? "", total: held.value.total })
      : null,
    h(Status, { isList: true }));
}

/**
 * Names that alerts are assigned to now.
 * @param {import("./types.js").Summary|null} counts
 */
function people(counts) {
  return Object.keys(counts?.owner ?? {}).filter((name) => name !== "" && name !== "none").sort();
}
