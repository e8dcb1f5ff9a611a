// @ts-check
/** The form of a silence. It shows what the silence would hold back before anybody makes it. */
import { h, useState } from "../vendor/preact.js";
import { eventNow, session } from "../state.js";
import { t, word } from "../words.js";
import { silence } from "./act.js";
import { useDraft } from "./drafts.js";
import { explain } from "../ui/explain.js";
import { Preview } from "./preview.js";
import { hide } from "./run.js";
import { Choices, Shell, TextField } from "./shell.js";
import { subjects } from "./subjects.js";
import { Until, ahead } from "./until.js";
import { called, mmsiText } from "../vessel.js";

/** @typedef {import("../list/types.js").Alert} Alert */

/** The longest silence an analyst may make, hours; longer and wider ones need the right `silence_wide`. */
const HOURS = 24;

/**
 * @param {{alerts: Alert[]}} props the silence is about the first one's vessel, zone and behaviour, as chosen
 */
export function SilenceForm({ alerts }) {
  const [alert] = alerts;
  const isWide = session.value?.rights.includes("silence_wide") ?? false;
  const draft = useDraft(`silence.${alert.id}`, {
    mmsi: alert.vessels[0] ? String(alert.vessels[0].mmsi) : "", zone: "", behaviour: alert.vessels[0] ? "" : alert.behaviour,
    choice: "12", typed: "", why: "",
  });
  const { mmsi, zone, behaviour, choice, typed, why } = draft.value;
  const until = ahead(choice, typed, eventNow.value);
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  const body = {
    ...(mmsi ? { mmsi: Number(mmsi) } : {}), ...(zone ? { zone } : {}), ...(behaviour ? { behaviour } : {}),
    until: new Date(until ?? 0).toISOString(), why: why.trim(),
  };
  const needsWide = !mmsi || (until !== null && until - eventNow.value > HOURS * 3_600_000 + 60_000);
  const missing = !mmsi && !zone && !behaviour ? t("silence.of_what") : until === null ? t("acts.until_what")
    : needsWide && !isWide ? t("silence.too_wide", { n: HOURS }) : why.trim() === "" ? t("acts.why_what") : null;
  const onSend = async () => {
    setState({ busy: true, fault: null });
    try {
      await silence(body, false, draft.key);
      draft.clear();
      hide();
    } catch (error) {
      setState({ busy: false, fault: explain(error) });
    }
  };
  return h(Shell, {
    title: t("silence.title"), about: subjects([alert]), submit: t("acts.do.silence"), ...state, canSend: missing === null, why: missing, onSend,
  },
  h(What, { alert, mmsi, zone, behaviour, onSet: draft.set }),
  h(Until, { label: t("acts.until"), choice, typed, at: eventNow.value, onSet: draft.set }),
  h(TextField, { label: t("acts.why"), isFirst: true, rows: 1, value: why, onText: (text) => draft.set({ why: text }) }),
  h(Preview, { mmsi, zone, behaviour }),
  h("p", { class: "act-hint" }, t("silence.hint"), alert.status === "open" ? "" : ` ${t("silence.hint_over")}`));
}

/**
 * What the silence is about: vessel, zone and behaviour of the alert, each on or off.
 * @param {{alert: Alert, mmsi: string, zone: string, behaviour: string, onSet: (part: any) => void}} props
 */
function What({ alert, mmsi, zone, behaviour, onSet }) {
  const none = { value: "", label: t("silence.any") };
  const vessels = alert.vessels.map((vessel) => ({ value: String(vessel.mmsi), label: called(vessel), hint: `MMSI ${mmsiText(vessel.mmsi)}` }));
  const zones = alert.zones.map((one) => ({ value: one.id, label: one.name, hint: one.id }));
  return h("div", { class: "act-what" },
    vessels.length ? h(Choices, { name: "mmsi", label: t("silence.vessel"), value: mmsi, options: [...vessels, none], onPick: (value) => onSet({ mmsi: value }) }) : null,
    h(Choices, {
      name: "behaviour", label: t("silence.behaviour"), value: behaviour,
      options: [{ value: alert.behaviour, label: word("behaviour", alert.behaviour) }, none], onPick: (value) => onSet({ behaviour: value }),
    }),
    zones.length ? h(Choices, { name: "zone", label: t("silence.zone"), value: zone, options: [...zones, none], onPick: (value) => onSet({ zone: value }) }) : null);
}
