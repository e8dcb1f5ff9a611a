// @ts-check
/** The watch: list, map, and the alert that is open. Each part can fail or be closed without the others. */
import { form } from "../acts/run.js";
import { AlertList } from "../list/list.js";
import { status } from "../live.js";
import { route, setParams } from "../route.js";
import { keys } from "../keys.js";
import { place, selection } from "../state.js";
import { Boundary } from "../ui/boundary.js";
import { useLayer } from "../ui/layer.js";
import { Splitter, useSize } from "../ui/split.js";
import { h, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../words.js";
import { addSheet } from "../sheet.js";
import { Lazy } from "./lazy.js";

// Waited for, so that nothing is ever seen without its style.
await Promise.all([addSheet("list"), addSheet("acts")]);

/** From this width on the detail has a place of its own; below, it lies over the right half of the map. CSS pixels. */
const DOCKED = 1600;
/** Below this width the parts are tabs. CSS pixels. */
const TABS = 760;
/** Usual widths of list and detail. CSS pixels. */
const LIST = 420;
const DETAIL = 480;
/** From this width of the window on, list and detail are usually so much wider: names of zones and the plots need it. CSS pixels. */
const ROOMY = 2200;
const WIDER = { list: 60, detail: 160 };

const loadMap = () => import("../map/map.js").then((module) => module.MapView);
const loadAlert = () => import("../alert/alert.js").then((module) => module.AlertPanel);

/** Pause before the panel of an alert is loaded, so that it comes after the first view. Milliseconds. */
const AHEAD = 2000;

/** Loads the panel of an alert ahead of its first use, so that it is there while the connection is lost. */
function useAhead() {
  const isLive = status.value === "live";
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setTimeout(() => void loadAlert().catch(() => undefined), AHEAD);
    return () => clearTimeout(timer);
  }, [isLive]);
}

/** Id of the alert that is selected; null if none is. */
const opened = () => (selection.peek().kind === "alert" ? selection.peek().id : null);

/**
 * Keeps the open alert in the address, and takes it from there at the start and when the reader goes back. Opening and closing are steps
 * of Back; going on from one alert to the next is none, nor is what another window does.
 */
function useAddress() {
  const asked = route.value.params.alert ?? null;
  const [kind, id] = [selection.value.kind, selection.value.id];
  /** What address and selection agreed on last; undefined at the start. */
  const agreed = useRef(/** @type {string|null|undefined} */ (undefined));
  useEffect(() => {
    if (agreed.current === asked) return;
    const isFirst = agreed.current === undefined;
    agreed.current = asked;
    if (asked !== null) selection.value = { kind: "alert", id: asked };
    else if (isFirst && opened() !== null) setParams({ alert: agreed.current = opened() });
    else if (!isFirst && opened() !== null) selection.value = { kind: null, id: null };
  }, [asked]);
  useEffect(() => {
    const [before, now] = [agreed.current, opened()];
    if (before === now) return;
    agreed.current = now;
    setParams({ alert: now }, { replace: !document.hasFocus() || (before !== null && now !== null) });
  }, [kind, id]);
}

/** Width of the window, followed. */
function useWidth() {
  const [width, setWidth] = useState(innerWidth);
  useEffect(() => {
    const follow = () => setWidth(innerWidth);
    addEventListener("resize", follow);
    return () => removeEventListener("resize", follow);
  }, []);
  return width;
}

export default function WatchView() {
  useAddress();
  useAhead();
  const width = useWidth();
  const isRoomy = width >= ROOMY;
  const [listSize, setListSize] = useSize("watch.list", LIST + (isRoomy ? WIDER.list : 0));
  const [detailSize, setDetailSize] = useSize("watch.detail", DETAIL + (isRoomy ? WIDER.detail : 0));
  const [tab, setTab] = useState(/** @type {"list"|"map"|"detail"} */ ("list"));
  const { kind, id } = selection.value;
  // A vessel that is selected has its card on the map.
  const hasDetail = kind === "alert" && id !== null;
  useEffect(() => {
    if (hasDetail) setTab("detail");
    else setTab((now) => (now === "detail" ? "list" : now));
  }, [kind, id]);
  const isSought = place.value !== null;
  useEffect(() => {
    if (isSought) setTab("map");
  }, [isSought]);
  // It is about the whole list, and shows at its foot.
  const isExport = form.value?.kind === "export";
  useEffect(() => {
    if (isExport) setTab("list");
  }, [isExport]);
  useEffect(() => keys.add("alert", "Escape", { label: "watch.close", hidden: true, run: closeDetail }), []);
  if (width < TABS) return h(Tabs, { tab, setTab, hasDetail });
  const most = Math.max(320, Math.min(900, width - 480));
  const isDocked = width >= DOCKED;
  const detail = hasDetail ? h(Detail, { key: "detail" }) : null;
  const list = Math.min(listSize, most);
  return h("div", { class: `watch${isDocked ? " docked" : ""}` },
    h("h1", { class: "for-readers" }, t("nav.watch")),
    h("div", { class: "watch-list", style: { width: `${list}px` } }, h(Boundary, { name: "list" }, h(AlertList, null))),
    h(Splitter, { name: "watch.list", size: list, min: 320, max: most, onSize: setListSize, label: t("watch.list_width") }),
    h("div", { class: "watch-map" },
      h(Boundary, { name: "map" }, h(Lazy, { load: loadMap, props: {}, name: t("watch.map") })),
      detail && !isDocked ? h("div", { class: "watch-over" }, detail) : null),
    detail && isDocked ? [
      h(Splitter, { key: "split", name: "watch.detail", size: detailSize, min: 380, max: Math.max(400, Math.floor(width / 2)), side: "after", onSize: setDetailSize, label: t("watch.detail_width") }),
      h("div", { key: "panel", class: "watch-detail", style: { width: `${detailSize}px` } }, detail),
    ] : null);
}

/** Closes what is open beside the list. */
function closeDetail() {
  if (selection.peek().kind !== "alert") return false;
  selection.value = { kind: null, id: null };
  return true;
}

/** The alert that is open. The panel keeps its own error to itself. */
function Detail() {
  const { id } = selection.value;
  useLayer(true, null);
  return h("aside", { class: "detail", "data-keys": "alert", "aria-label": t("watch.detail") },
    h("button", { type: "button", class: "tool detail-close", onClick: closeDetail, title: `${t("action.close")} (Esc)`, "aria-label": t("action.close") }, "×"),
    h(Boundary, { name: "detail", key: id }, h(Lazy, { load: loadAlert, props: { id }, name: t("watch.alert") })));
}

/**
 * One column with tabs, for narrow windows and large text.
 * @param {{tab: "list"|"map"|"detail", setTab: (tab: any) => void, hasDetail: boolean}} props
 */
function Tabs({ tab, setTab, hasDetail }) {
  const names = hasDetail ? ["list", "map", "detail"] : ["list", "map"];
  return h("div", { class: "watch tabbed" },
    h("h1", { class: "for-readers" }, t("nav.watch")),
    h("div", { class: "watch-tabs", role: "tablist" }, names.map((name) => h("button", {
      key: name, type: "button", role: "tab", class: "watch-tab", "aria-selected": tab === name, onClick: () => setTab(name),
    }, t(`watch.tab.${name}`)))),
    // The list stays alive behind the other tabs: the next alert opens from it.
    h("div", { class: "watch-tab-body", role: "tabpanel", hidden: tab !== "list" }, h(Boundary, { name: "list" }, h(AlertList, null))),
    tab === "list" ? null : h("div", { class: "watch-tab-body", role: "tabpanel" },
      tab === "map" ? h(Boundary, { name: "map" }, h(Lazy, { load: loadMap, props: {}, name: t("watch.map") })) : h(Detail, null)));
}
