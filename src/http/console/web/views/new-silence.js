// @ts-check
/** A silence that begins with no alert: vessel, zone and behaviour are typed or picked. */
import { get } from "../api.js";
import { silence } from "../acts/act.js";
import { useDraft } from "../acts/drafts.js";
import { explain } from "../ui/explain.js";
import { Until, ahead } from "../acts/until.js";
import { eventNow, session } from "../state.js";
import { h, useEffect, useState } from "../vendor/preact.js";
import { t, word } from "../words.js";
import { BEHAVIOURS } from "../list/types.js";
import { called } from "../vessel.js";

/** Wait after the last change before the server counts what would be held back, ms. */
const PAUSE_MS = 400;

/** Zones of the chart by id; empty before they are known. */
function useZones() {
  const [zones, setZones] = useState(/** @type {Array<{id: string, name: string}>} */ ([]));
  useEffect(() => {
    get("/zones").then(({ data }) => setZones(data.features.map((/** @type {any} */ one) => ({ id: one.properties.id ?? one.id, name: one.properties.name ?? "" })))).catch(() => {});
  }, []);
  return zones;
}

/** @param {{onDone: () => void, onCancel: () => void}} props */
export function NewSilence({ onDone, onCancel }) {
  const draft = useDraft("silence.new", { mmsi: "", zone: "", behaviour: "", choice: "12", typed: "", why: "" });
  const { mmsi, zone, behaviour, choice, typed, why } = draft.value;
  const zones = useZones();
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  const until = ahead(choice, typed, eventNow.value);
  const isNumber = /^\d{9}$/.test(mmsi.trim());
  const isWide = session.value?.rights.includes("silence_wide") ?? false;
  const needsWide = !mmsi.trim() || (until !== null && until - eventNow.value > 24 * 3_600_000 + 60_000);
  const missing = mmsi.trim() && !isNumber ? t("silences.mmsi_what") : !mmsi.trim() && !zone && !behaviour ? t("silence.of_what")
    : until === null ? t("acts.until_what") : needsWide && !isWide ? t("silence.too_wide", { n: 24 }) : why.trim() === "" ? t("acts.why_what") : null;
  const about = { ...(isNumber ? { mmsi: Number(mmsi) } : {}), ...(zone ? { zone } : {}), ...(behaviour ? { behaviour } : {}) };
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (missing) return;
    setState({ busy: true, fault: null });
    try {
      await silence({ ...about, until: new Date(until ?? 0).toISOString(), why: why.trim() }, false, draft.key);
      draft.clear();
      onDone();
    } catch (error) {
      setState({ busy: false, fault: explain(error) });
    }
  };
  return h("form", { class: "act-form wide", onSubmit: send, "aria-label": t("silences.new") },
    h("div", { class: "act-form-body columns" },
      h("label", { class: "act-field" }, h("span", null, t("silence.vessel")),
        h("input", { value: mmsi, inputMode: "numeric", maxLength: 9, placeholder: "MMSI", onInput: (/** @type {any} */ event) => draft.set({ mmsi: event.currentTarget.value }) })),
      h("label", { class: "act-field" }, h("span", null, t("silence.behaviour")),
        h("select", { value: behaviour, onChange: (/** @type {any} */ event) => draft.set({ behaviour: event.currentTarget.value }) },
          h("option", { value: "" }, t("silence.any")), BEHAVIOURS.map((one) => h("option", { key: one, value: one }, word("behaviour", one))))),
      h("label", { class: "act-field" }, h("span", null, t("silence.zone")),
        h("select", { value: zone, onChange: (/** @type {any} */ event) => draft.set({ zone: event.currentTarget.value }) },
          h("option", { value: "" }, t("silence.any")), zones.map((one) => h("option", { key: one.id, value: one.id }, `${one.name} (${one.id})`)))),
      h("label", { class: "act-field grow" }, h("span", null, t("acts.why")),
        h("input", { value: why, maxLength: 500, onInput: (/** @type {any} */ event) => draft.set({ why: event.currentTarget.value }) }))),
    h("div", { class: "act-form-body" },
      h(Until, { label: t("acts.until"), choice, typed, at: eventNow.value, onSet: draft.set }),
      h(Count, { about })),
    state.fault ? h("p", { class: "act-fault", role: "alert" }, state.fault, " ", t("acts.text_is_kept")) : null,
    h("footer", { class: "act-form-foot" }, h("span", { class: "act-missing" }, missing ?? ""),
      h("button", { type: "button", class: "button", onClick: onCancel }, t("acts.cancel")),
      h("button", { type: "submit", class: "button main", disabled: missing !== null || state.busy }, state.busy ? t("acts.sending") : t("acts.do.silence"))));
}

/**
 * How much a silence would hold back now.
 * @param {{about: {mmsi?: number, zone?: string, behaviour?: string}}} props
 */
function Count({ about }) {
  const [text, setText] = useState("");
  const asked = JSON.stringify(about);
  useEffect(() => {
    let isOld = false;
    if (asked === "{}") {
      setText("");
      return undefined;
    }
    setText(t("silence.counting"));
    const timer = setTimeout(async () => {
      try {
        const made = await silence({ ...JSON.parse(asked), until: new Date(eventNow.peek() + 3_600_000).toISOString(), why: t("silence.preview") }, true);
        const names = made.items.slice(0, 3).map((item) => `${word("behaviour", item.behaviour)} ${item.vessels[0] ? called(item.vessels[0]) : ""}`.trim());
        if (!isOld) setText([t("silence.holds", { n: made.holds }), names.join(", ")].filter(Boolean).join(": "));
      } catch (error) {
        if (!isOld) setText(explain(error));
      }
    }, PAUSE_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [asked]);
  return text ? h("p", { class: "act-hint", "aria-live": "polite" }, text) : null;
}
