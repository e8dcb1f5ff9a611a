// @ts-check
// A fault in words.
import { ApiError } from "../api.js";
import { t } from "../words.js";

/** What a fault says to the person whose request it was; what the server says of it stays as it is. @param {unknown} fault @returns {string} */
export function explain(fault) {
  if (!(fault instanceof ApiError)) return fault instanceof Error ? fault.message : String(fault);
  if (fault.status === 0) return t("fault.network");
  if (fault.type === "unauthenticated") return t("fault.unauthenticated");
  if (fault.type === "forbidden") return `${t("fault.forbidden")} ${fault.detail}`;
  if (fault.type === "purpose") return t("fault.purpose");
  if (fault.type === "stale") return t("fault.stale");
  if (fault.type === "too-many" || fault.type === "busy") return t(`fault.${fault.type}`, { n: fault.retryAfter ?? 5 });
  if (fault.status >= 500) return t("fault.server", { status: fault.status });
  const [first] = fault.errors;
  return fault.detail || (first ? `${first.pointer}: ${first.detail}` : fault.title);
}
