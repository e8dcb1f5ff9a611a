// @ts-check
/** The export of what the filter shows, with a reason: it goes into the audit as a disclosure. */
import { h, useState } from "../vendor/preact.js";
import { query } from "../list/filter.js";
import { t } from "../words.js";
import { useDraft } from "./drafts.js";
import { because, hide, say } from "./run.js";
import { Choices, Shell, TextField } from "./shell.js";

/** Formats the API writes. */
const FORMATS = ["csv", "geojson", "jsonl", "kml", "text"];
/** Characters a reason has at least. */
const REASON = 10;

/**
 * Fetches the file, so that a refusal can be read instead of being saved.
 * @param {string} address
 */
async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (answer.ok) return answer.blob();
  const problem = await answer.json().catch(() => ({ title: answer.statusText }));
  throw { ...problem, status: answer.status };
}

/** @param {{filter: string, total: number}} props */
export function ExportForm({ filter, total }) {
  const draft = useDraft("export", { format: "csv", why: "" });
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  const { format, why } = draft.value;
  const isEnough = why.trim().length >= REASON;
  const onSend = async () => {
    setState({ busy: true, fault: null });
    try {
      const file = await fetched(`/api/v1/alerts/export?${new URLSearchParams({ format, ...query(filter), why: why.trim() })}`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `alerts-${new Date().toISOString().slice(0, 16).replace(/[-:]/g, "")}Z.${format === "text" ? "txt" : format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      draft.clear();
      hide();
      say("good", t("export.done", { n: total }), []);
    } catch (error) {
      setState({ busy: false, fault: because(error) });
    }
  };
  return h(Shell, {
    title: t("export.title", { n: total }), about: filter, submit: t("acts.do.export"), ...state, canSend: isEnough,
    why: t("export.why_what", { n: REASON }), onSend,
  },
  h(Choices, {
    name: "format", label: t("export.format"), value: format, isFirst: true, onPick: (value) => draft.set({ format: value }),
    options: FORMATS.map((value) => ({ value, label: value === "text" ? t("export.text") : value.toUpperCase() })),
  }),
  h(TextField, { label: t("acts.why"), hint: t("export.audited"), rows: 2, value: why, onText: (text) => draft.set({ why: text }) }));
}
