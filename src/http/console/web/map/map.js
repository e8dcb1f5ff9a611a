// @ts-check
// The map: everything of it that a window shows. Selection and filter are those of the list; the view is in the address.
import { effect, h, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { namesVersion, picture } from "../live.js";
import { openWindow, route, setParams } from "../route.js";
import { palette, place, selection } from "../state.js";
import { addSheet } from "../sheet.js";
import { Boundary } from "../ui/boundary.js";
import { Button } from "../ui/button.js";
import { useLayer } from "../ui/layer.js";
import { Lazy } from "../views/lazy.js";
import { language, t } from "../words.js";
import "../words/map.js";
import { Actions } from "./actions.js";
import { firstLook, loadZones, readLook, writeLook } from "./data.js";
import { wireGround, wireVessels } from "./wiring.js";
import { Foot } from "./foot.js";
import { bindKeys } from "./keyboard.js";
import { Legend } from "./legend.js";
import { LAYERS, MapModel } from "./model.js";
import { Stage } from "./stage.js";

/** @typedef {import("./inview.js").ListSubject} ListSubject */
/** @typedef {import("./menu.js").MenuPlace} MenuPlace */
/** @typedef {import("./colours.js").PaletteName} PaletteName */

await addSheet("map");

const loadCard = () => import("./vessel.js").then(({ VesselCard }) => VesselCard);
const loadTip = () => import("./vessel.js").then(({ Tip }) => Tip);
const loadMenu = () => import("./menu.js").then(({ MapMenu }) => MapMenu);
const loadList = () => import("./inview.js").then(({ VesselList }) => VesselList);

/** The palette that the page has now. @returns {PaletteName} */
function paletteNow() {
  void palette.value;
  const name = document.documentElement.dataset.palette;
  return name === "dusk" || name === "night" ? name : "day";
}

/** Where the map of this window looked last, as the address writes it: for the way back from another page. @type {string | undefined} */
let left;

/** What of the map belongs into the address. @param {MapModel} model @param {import("./stage.js").Look} look @returns {Record<string, string>} */
function paramsOf(model, look) {
  const layers = LAYERS.filter((name) => model.layers.peek().has(name)).join(".");
  return { map: writeLook(look), layers, colour: model.colour.peek(), labels: model.labels.peek(), course: String(model.course.peek()) };
}

/** The map of a window. `alone` is true where it is the whole page. @param {{alone?: boolean}} props */
export function MapView({ alone = false }) {
  return h(Boundary, { name: "map" }, h(MapBody, { alone }));
}

/** @param {{alone: boolean}} props */
function MapBody({ alone }) {
  const root = useRef(/** @type {HTMLDivElement|null} */ (null)), target = useRef(/** @type {HTMLDivElement|null} */ (null));
  const stage = useRef(/** @type {Stage|null} */ (null));
  const model = useMemo(() => new MapModel(route.peek().params), []);
  const actions = useMemo(() => new Actions(model, () => stage.current), []);
  const [menu, setMenu] = useState(/** @type {MenuPlace|null} */ (null));
  const [subject, setSubject] = useState(/** @type {ListSubject|null} */ (null));

  const openMenu = (/** @type {number} */ x, /** @type {number} */ y) => stage.current && setMenu({ x, y, at: stage.current.placeAt(x, y) });
  const closeMenu = useMemo(() => () => {
    if (root.current?.querySelector(".map-menu")?.contains(document.activeElement)) target.current?.focus({ preventScroll: true });
    setMenu(null);
  }, []);
  const openAlone = () => stage.current && openWindow(`/map?${new URLSearchParams(paramsOf(model, stage.current.look()))}`);
  const closeList = () => {
    setSubject(null);
    model.boxed.value = null;
    target.current?.focus({ preventScroll: true });
  };

  useEffect(() => {
    let gone = false;
    /** @type {(() => void)[]} */
    const offs = [bindKeys(actions, { openMenu, listView: () => setSubject({ kind: "view" }) })];
    const begin = async () => {
      // The zones are on their way while the map is set up.
      const zones = loadZones().catch(() => null);
      const kept = readLook(route.peek().params.map ?? left), first = kept ?? (await firstLook()).look;
      if (gone || !target.current) return;
      const made = new Stage(target.current, model, first, {
        onClick: (at, x, y) => (model.measure.peek() ? actions.addPoint(at) : actions.pick(x, y)),
        onMenu: (at, x, y) => setMenu({ x, y, at }),
        onBox: (mmsis) => {
          model.boxed.value = mmsis;
          setSubject({ kind: "box", mmsis });
        },
        onLook: (now) => {
          const params = paramsOf(model, now);
          left = params.map;
          setParams(params);
        },
        onDrag: () => (model.following.value = false),
      });
      stage.current = made;
      offs.push(wireGround(made, model, paletteNow, zones), wireVessels(made, model, actions, paletteNow));
      offs.push(effect(() => {
        const sought = place.value;
        if (!sought) return;
        place.value = null;
        actions.goTo(sought);
      }));
      offs.push(effect(() => {
        void [model.layers.value, model.colour.value, model.labels.value, model.course.value];
        queueMicrotask(() => !gone && setParams(paramsOf(model, made.look())));
      }));
    };
    void begin();
    return () => {
      gone = true;
      offs.forEach((off) => off());
      actions.dispose();
      stage.current?.dispose();
      model.dispose();
    };
  }, []);

  const isMeasuring = model.measure.value !== null;
  useLayer(isMeasuring, () => void (model.measure.value = null));
  useLayer(menu !== null, closeMenu);
  const faults = Object.values(model.faults.value).filter((each) => each !== null), chosen = selection.value;
  const items = menu ? [
    { label: t("map.copy_position"), run: () => actions.copyPosition(menu.at) },
    { label: t("map.measure_from"), run: () => actions.measureFrom(menu.at) },
    { label: t("map.rings"), run: () => actions.rings(menu.at) },
    { label: t("map.near"), run: () => setSubject({ kind: "near", at: menu.at }) },
    { label: t("map.zones_here"), run: () => actions.zonesHere(menu.at) },
    ...(model.rings.peek().length ? [{ label: t("map.rings_off"), run: () => (model.rings.value = []) }] : []),
  ] : [];
  return h("div", { class: `map${alone ? " alone" : ""}`, ref: root },
    h("div", {
      class: `map-target${isMeasuring ? " measuring" : ""}`, ref: target, tabIndex: 0, "data-keys": "map",
      role: "application", "aria-label": t("map.label"), "aria-roledescription": t("map.role"),
    }),
    h("div", { class: "map-cross", "aria-hidden": true }),
    h("div", { class: "map-top" },
      h(Tools, { actions, model, alone, onList: () => setSubject({ kind: "view" }), open: openAlone }),
      h(States, { model, actions }),
      faults.map((fault) => h("p", { key: fault, class: "map-fault", role: "status" }, t(String(fault)))),
      chosen.kind === "vessel" ? h(Boundary, { name: "map card", compact: true }, h(Card, { model, actions, mmsi: Number(chosen.id) })) : null),
    h(Boundary, { name: "map legend", compact: true }, h(Legend, { model, palette: paletteNow() })),
    h(Foot, { model, onCopy: (at) => void actions.copyPosition(at) }),
    menu ? null : h(Boundary, { name: "map tip", compact: true }, h(Hover, { model, stage: () => stage.current })),
    menu ? h(Lazy, { load: loadMenu, props: { place: menu, items, onClose: closeMenu }, name: t("map.menu") }) : null,
    subject ? h(Boundary, { name: "map list", compact: true }, h(Lazy, { load: loadList, name: t("map.list.open"), props: {
      fleet: model.fleet, subject, extent: () => stage.current?.extent() ?? [0, 0, 0, 0], middle: () => stage.current?.look() ?? { lat: 0, lon: 0 }, onClose: closeList,
      onTracks: (/** @type {number[]} */ mmsis) => void actions.load(mmsis),
    } })) : null);
}

/** The line at the vessel under the pointer. @param {{model: MapModel, stage: () => Stage|null}} props */
function Hover({ model, stage }) {
  void [picture.value, namesVersion.value];
  const index = model.hover.value, frame = stage()?.vessels.frame;
  if (index < 0 || index >= model.fleet.count || !frame) return null;
  return h(Lazy, { load: loadTip, props: { fleet: model.fleet, index, x: frame.px(model.fleet.x[index]), y: frame.py(model.fleet.y[index]), width: frame.width }, name: t("map.label") });
}

/** The card follows the picture: its numbers change each second. @param {{model: MapModel, actions: Actions, mmsi: number}} props */
function Card({ model, actions, mmsi }) {
  void picture.value;
  const onClose = () => (selection.value = { kind: null, id: null });
  return h(Lazy, { load: loadCard, props: { fleet: model.fleet, mmsi, onClose, onGo: () => void actions.goToSelection(), onTrack: () => void actions.track() }, name: t("nav.vessel") });
}

/** @param {{actions: Actions, model: MapModel, onList: () => void, alone: boolean, open: () => void}} props */
function Tools({ actions, model, onList, alone, open }) {
  return h("div", { class: "map-tools", role: "toolbar", "aria-label": t("map.tools") },
    h(Button, { kind: "quiet", label: t("map.key.in"), onClick: () => actions.stage()?.zoom(1) }, "+"),
    h(Button, { kind: "quiet", label: t("map.key.out"), onClick: () => actions.stage()?.zoom(-1) }, "−"),
    h(Button, { kind: "quiet", pressed: model.measure.value !== null, hint: "m", onClick: () => actions.measure() }, t("map.measure")),
    h(Button, { kind: "quiet", hint: "y", title: t("map.key.colour"), onClick: () => actions.colours() }, t("word.named", { name: t("map.colour"), value: t(`map.colour.${model.colour.value}`).toLocaleLowerCase(language.value) })),
    h(Button, { kind: "quiet", hint: "V", title: t("map.key.list"), onClick: onList }, t("map.list.open")),
    alone ? null : h(Button, { kind: "quiet", label: t("map.window"), onClick: open },
      h("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": true }, h("path", { d: "M9.5 2H14v4.5M14 2L8 8M12 9.5V14H2V4h4.5", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }))));
}

/** How many tracks there are, and of which time. @param {import("./model.js").Track[]} tracks */
const tracksText = (tracks) => t(tracks.some(({ alert }) => alert !== null) ? "map.tracks_then" : "map.tracks", { n: tracks.length });

/** What is on and would surprise somebody who does not know: each can be ended here. @param {{model: MapModel, actions: Actions}} props */
function States({ model, actions }) {
  /** @type {[boolean, string, () => void][]} */
  const states = [
    [model.measure.value !== null, t("map.measure_help"), () => (model.measure.value = null)],
    [model.following.value, t("map.following"), () => (model.following.value = false)],
    [model.isolated.value, t("map.isolated"), () => (model.isolated.value = false)],
    [model.tracks.value.length > 0, tracksText(model.tracks.value), () => actions.clearTracks()],
    [model.found.value !== null, t("word.named", { name: t("search.coordinates"), value: model.found.value?.name }), () => (model.found.value = null)],
    [model.alerts.left.value > 0, t("map.alerts_cut", { n: model.alerts.left.value }), () => (model.alerts.left.value = 0)],
  ];
  return h("div", { class: "map-states" }, states.filter(([on]) => on).map(([, text, end]) => h("button", { key: text, type: "button", class: "map-state", title: t("map.end"), onClick: end }, text, " ×")));
}

