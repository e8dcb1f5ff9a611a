// @ts-check
/** What stands where no row does: rows in outline, and why the list could not be loaded. */
import { filter } from "../state.js";
import { h } from "../vendor/preact.js";
import { t } from "../words.js";
import { explain } from "../ui/explain.js";
import { isWrong } from "./filter.js";
import { goOn, load, phase, problem } from "./store.js";

/** Rows drawn in outline while the first page is on its way. */
const OUTLINES = 12;

/** Rows in outline. */
export function Skeleton() {
  return h("div", { class: "grid skeleton", role: "progressbar", "aria-busy": "true", "aria-label": t("word.loading") }, Array.from({ length: OUTLINES }, (_, index) => h("div", { key: index, class: "outline" }, h("i", null), h("i", null))));
}

/**
 * Why the list or its further page could not be loaded, and another try.
 * @param {{isBrief?: boolean}} props `isBrief` over rows that are there but may be old
 */
export function Failed({ isBrief = false }) {
  // The box has said already what is wrong with the filter, and what may be meant.
  if (problem.value?.status === 400 && isWrong(filter.value ?? "")) return null;
  const isCut = phase.value === "ready";
  return h("div", { class: isBrief ? "list-fault brief" : "list-fault", role: "alert" },
    h("strong", null, t(isCut ? "list.cut" : isBrief ? "list.stale" : "list.failed")), h("p", null, problem.value?.status === 0 ? t("list.unreachable") : problem.value && explain(problem.value)),
    h("button", { type: "button", class: "tool", onClick: isCut ? goOn : load }, t("action.retry")));
}
