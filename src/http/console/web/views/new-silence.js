// @ts-check
/** A silence that begins with no alert: vessel, zone and behaviour are typed or picked. */
import { get } from "../api.js";
import { silence } from "../acts/act.js";
import { useDraft } from "../acts/drafts.js";
import { Preview } from "../acts/preview.js";
import { VesselField } from "../acts/vessel_field.js";
import { explain } from "../ui/explain.js";
import { Until, ahead } from "../acts/until.js";
import { eventNow, session } from "../state.js";
import { firstField } from "../keys.js";
import { h, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t, word } from "../words.js";
import { BEHAVIOURS } from "../list/types.js";

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
  const draft = useDraft("silence.new", { vessel: "", mmsi: "", zone: "", behaviour: "", choice: "12", typed: "", why: "" });
  const { vessel, mmsi, zone, behaviour, choice, typed, why } = draft.value;
  const zones = useZones();
  const [state, setState] = useState(/** @type {{busy: boolean, fault: string|null}} */ ({ busy: false, fault: null }));
  const until = ahead(choice, typed, eventNow.value);
  const root = useRef(/** @type {HTMLFormElement|null} */ (null));
  // The person who opened it goes on by writing, and is back where she was when it closes.
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    if (root.current) firstField(root.current)?.focus();
    return () => setTimeout(() => {
      if (document.activeElement === document.body && before?.isConnected) before.focus({ preventScroll: true });
    }, 0);
  }, []);
  const isWide = session.value?.rights.includes("silence_wide") ?? false;
  const needsWide = !mmsi || (until !== null && until - eventNow.value > 24 * 3_600_000 + 60_000);
  const missing = vessel.trim() && !mmsi ? t("silences.vessel_what") : !mmsi && !zone && !behaviour ? t("silence.of_what")
    : until === null ? t("acts.until_what") : needsWide && !isWide ? t("silence.too_wide", { n: 24 }) : why.trim() === "" ? t("acts.why_what") : null;
  const about = { ...(mmsi ? { mmsi: Number(mmsi) } : {}), ...(zone ? { zone } : {}), ...(behaviour ? { behaviour } : {}) };
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
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send(event);
  };
  return h("form", { class: "act-form wide", ref: root, onSubmit: send, onKeyDown, "aria-label": t("silences.new") },
    h("div", { class: "act-form-body columns" },
      h(VesselField, { label: t("silence.vessel"), text: vessel, mmsi, onSet: (text, number) => draft.set({ vessel: text, mmsi: number }) }),
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
      h(Preview, { mmsi, zone, behaviour })),
    state.fault ? h("p", { class: "act-fault", role: "alert" }, state.fault, " ", t("acts.text_is_kept")) : null,
    h("footer", { class: "act-form-foot" }, h("span", { class: "act-missing" }, missing ?? ""),
      h("button", { type: "button", class: "button", onClick: onCancel }, t("acts.cancel")),
      h("button", { type: "submit", class: "button main", disabled: missing !== null || state.busy }, state.busy ? t("acts.sending") : t("acts.do.silence"))));
}
