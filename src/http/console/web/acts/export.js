// @ts-check
/** The export of the chosen alerts, or of what the filter shows, with a reason: it goes into the audit as a disclosure. */
import { h, useState } from "../vendor/preact.js";
import { file } from "../api.js";
import { query } from "../list/filter.js";
import { chosen } from "../list/store.js";
import { eventNow, now } from "../state.js";
import { save } from "../ui/save.js";
import { t } from "../words.js";
import { useDraft } from "./drafts.js";
import { explain } from "../ui/explain.js";
import { hide, say } from "./run.js";
import { Choices, Shell, TextField } from "./shell.js";

/** Formats the API writes. */
const FORMATS = ["csv", "geojson", "jsonl", "kml", "text"];
/** Characters a reason has at least. */
const REASON = 10;

/** Alerts that one export names at most, as the API takes them. */
const CHOSEN = 200;

/** @param {{filter: string, total: number}} props */
export function ExportForm({ filter, total }) {
  const draft = useDraft("export", { format: "csv", why: "" });
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  const [wantsAll, setWantsAll] = useState(false);
  const { format, why } = draft.value;
  const ids = [...chosen.value];
  const isChosen = ids.length > 0 && !wantsAll;
  const n = isChosen ? ids.length : total;
  const missing = isChosen && n > CHOSEN ? t("export.too_many", { n: CHOSEN }) : why.trim().length < REASON ? t("export.why_what", { n: REASON }) : null;
  const onSend = async () => {
    setState({ busy: true, fault: null });
    try {
      const written = await file("/alerts/export", { format, ...(isChosen ? { ids } : query(filter, [], eventNow.peek())), why: why.trim() });
      save(written, `alerts-${new Date(now.peek()).toISOString().slice(0, 16).replace(/[-:]/g, "")}Z.${format === "text" ? "txt" : format}`);
      draft.clear();
      hide();
      say("good", t("export.done", { n }), []);
    } catch (error) {
      setState({ busy: false, fault: explain(error) });
    }
  };
  return h(Shell, {
    title: t("export.title", { n }), about: isChosen ? "" : filter, submit: t("acts.do.export"), ...state, canSend: missing === null, why: missing, onSend,
  },
  ids.length > 0 ? h(Choices, {
    name: "scope", label: t("export.scope"), value: isChosen ? "chosen" : "filter", onPick: (value) => setWantsAll(value === "filter"),
    options: [{ value: "chosen", label: t("export.chosen", { n: ids.length }) }, { value: "filter", label: t("export.filter", { n: total }) }],
  }) : null,
  h(Choices, {
    name: "format", label: t("export.format"), value: format, onPick: (value) => draft.set({ format: value }),
    options: FORMATS.map((value) => ({ value, label: value === "text" ? t("export.text") : value.toUpperCase() })),
  }),
  h(TextField, { label: t("acts.why"), hint: t("export.audited"), rows: 2, value: why, onText: (text) => draft.set({ why: text }) }));
}
