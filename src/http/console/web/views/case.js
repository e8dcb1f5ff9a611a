// @ts-check
// The page of one case: its story, its vessels as lanes, its alerts.
import { h, useCallback, useState } from "../vendor/preact.js";
import { Missing } from "../alert/alert.js";
import { useCase } from "../alert/case_load.js";
import { CaseTracks } from "../alert/case_tracks.js";
import { Marking } from "../alert/head.js";
import { Lanes } from "../alert/lanes.js";
import { Boundary } from "../ui/boundary.js";
import { partOf } from "../alert/part.js";
import { Mark, Section, Tag, VesselLink, When } from "../alert/parts.js";
import { Rows } from "../alert/vessels.js";
import { t, word } from "../alert/words.js";
import { post } from "../api.js";
import { between } from "../format.js";
import { may } from "../state.js";
import { Button } from "../ui/button.js";
import { TextField } from "../ui/field.js";
import { Form, useForm } from "../ui/form.js";
import { say } from "../ui/toast.js";
import { addSheet } from "../sheet.js";

/** @typedef {import("../alert/types.js").Case} Case */
/** @typedef {import("../alert/types.js").Alert} Alert */

await addSheet("alert");

/** @param {{id: string | null}} props */
export default function CaseView({ id }) {
  const concerns = useCallback((/** @type {any} */ entry) => entry.subject === id || entry.item?.case_id === id, [id]);
  const { found, alerts, fault, isPending, reload } = useCase(id, concerns);
  if (!found) return h("div", { class: "al-page al-empty" }, fault && !isPending ? h(Missing, { fault, again: reload }) : h("p", { class: "al-quiet", role: "status" }, t(isPending ? "alert.case_storing" : "word.loading")));
  return h("div", { class: "al-page al-case-page" },
    h("header", { class: "al-head" },
      h("div", { class: "al-line" }, h(Mark, { severity: found.severity, score: found.score }), h("h1", {}, t("alert.case_title", { id: found.id.slice(0, 8) })),
        found.handling ? h(Marking, { handling: found.handling }) : null,
        found.held ? h(Tag, { tone: "held" }, t("alert.held", { name: found.held.by ?? found.held.who ?? "", why: found.held.reason ?? found.held.why ?? "" })) : null),
      h(Points, { found }),
      h(Facts, { found, alerts }),
      may("hold") ? h(Hold, { found, onDone: reload, key: found.id }) : null),
    h(Section, { name: "lanes", title: t("alert.lanes"), mark: found }, h(Lanes, { found, alerts })),
    alerts.length ? h(Section, { name: "tracks", title: t("alert.tracks"), mark: found.id }, h(CaseTracks, { id: found.id, alerts, key: found.id })) : null,
    found.story ? h(Section, { name: "story", title: t("alert.story") }, h("p", { class: "al-words al-story-text", lang: "en" }, found.story)) : null,
    h(Section, { name: "alerts", title: t("alert.case_alerts", { n: alerts.length }), mark: found },
      alerts.map((alert) => h(Boundary, { key: alert.id, mark: alert }, h(Told, { alert })))));
}

/**
 * Puts the case under legal hold, or lifts the hold, with a reason.
 * @param {{found: Case, onDone: () => void}} props
 */
function Hold({ found, onDone }) {
  const act = found.held ? "release" : "hold";
  const form = useForm(`case.${act}.${found.id}`, { why: "" });
  const [isOpen, setOpen] = useState(form.values.why !== "");
  const send = async () => {
    const path = `/cases/${encodeURIComponent(found.id)}/acts`;
    if (!(await form.submit(({ why }, key) => post(path, { act, why: why.trim() }, { key })))) return;
    setOpen(false);
    say(t(`alert.case_did_${act}`), "good");
    onDone();
  };
  if (!isOpen) return h("p", { class: "al-line-of-buttons" }, h(Button, { onClick: () => setOpen(true), title: t(`alert.case_hint_${act}`) }, t(`alert.case_${act}`)));
  return h(Form, {
    title: t(`alert.case_hint_${act}`), submit: t(`alert.case_do_${act}`), onSubmit: send, onCancel: () => setOpen(false), busy: form.busy, fault: form.fault, disabled: form.values.why.trim() === "",
  }, h(TextField, { label: t("word.reason"), value: form.values.why, onInput: (why) => form.set({ why }), fault: form.faultOf("why"), required: true }));
}

/** Why the case has its score, where it is not simply that of its only alert. @param {{found: Case}} props */
function Points({ found }) {
  const lines = found.score_reasons ?? [];
  if (lines.length < 2) return null;
  return h("div", { class: "al-case-points" }, h("h3", {}, t("alert.case_score", { score: found.score })),
    h("ul", { lang: "en" }, lines.map((line, index) => h("li", { key: index }, h("b", {}, `${line.points < 0 ? "−" : "+"}${Math.abs(line.points)}`), ` ${line.text}`))));
}

/** @param {{found: Case, alerts: Alert[]}} props */
function Facts({ found, alerts }) {
  const last = alerts.map((alert) => alert.ended_at ?? alert.last_at).sort().at(-1);
  const open = alerts.filter((alert) => alert.status === "open").length;
  const left = alerts.filter((alert) => alert.state !== "closed").length;
  // What an alert is about may have begun long before it: a drop is hours before the craft stops there.
  const began = alerts.length ? new Date(Math.min(...alerts.flatMap((alert) => [Date.parse(alert.started_at), ...alert.vessels.map(({ mmsi }) => partOf(alert, mmsi)[0])]))).toISOString() : null;
  const roles = new Map((found.roles ?? []).map((each) => [`${each.mmsi}.${each.track}`, each.role]));
  return h("dl", { class: "al-figures" },
    began ? h("div", {}, h("dt", {}, t("alert.began")), h("dd", {}, h(When, { at: began }))) : null,
    last ? h("div", {}, h("dt", {}, t("alert.last")), h("dd", {}, h(When, { at: last }))) : null,
    began && last ? h("div", {}, h("dt", {}, t("alert.lasted")), h("dd", {}, between(began, last))) : null,
    h("div", {}, h("dt", {}, t("alert.alerts")), h("dd", {}, t("alert.open_of", { n: open, left, all: found.alerts.length }))),
    h("div", {}, h("dt", {}, t("alert.vessels")), h("dd", {}, found.vessels.map((vessel) => h("span", { class: "al-party", key: `${vessel.mmsi}.${vessel.track}` },
      h(VesselLink, { vessel }), roles.has(`${vessel.mmsi}.${vessel.track}`) ? h("span", { class: "al-note" }, ` ${word("case_role", roles.get(`${vessel.mmsi}.${vessel.track}`))}`) : null)))));
}

/** One alert of the case with its sentence. @param {{alert: Alert}} props */
function Told({ alert }) {
  return h("div", { class: "al-told" }, h(Rows, { alerts: [alert] }), h("p", { class: "al-words", lang: "en" }, alert.summary));
}
