// @ts-check
// What every page has round it: the bar, the warning line, the page itself, the panel of keys or account, the foot line.
import { h, useEffect, useState } from "../vendor/preact.js";
import { attend } from "../attended.js";
import { question } from "../purpose.js";
import { useReload } from "../reload.js";
import { go, route } from "../route.js";
import { may, session } from "../state.js";
import { Boundary } from "../ui/boundary.js";
import { Button } from "../ui/button.js";
import { useLayer } from "../ui/layer.js";
import { ToastLine } from "../ui/toast.js";
import { Lazy } from "../views/lazy.js";
import { t } from "../words.js";
import { Bar, PAGES } from "./bar.js";
import { panel } from "./panel.js";
import { listen } from "./sound.js";
import { followStatus } from "./status_poll.js";
import { Warnings } from "./warnings.js";

const loadKeys = () => import("./key_help.js").then(({ KeyHelp }) => KeyHelp);
const loadQuestion = () => import("./purpose.js").then(({ PurposeQuestion }) => PurposeQuestion);
const loadAccount = () => import("./account.js").then(({ Account }) => Account);
/** Modules in `views` by the view of the address; each is loaded when first opened. @type {Record<string, string>} */
const VIEWS = {
  watch: "watch", alerts: "watch", list: "list", map: "map", alert: "alert", cases: "cases", case: "case", vessel: "vessel", vessels: "vessels", zones: "zones",
  silences: "silences", status: "status", people: "people", audit: "audit",
};

export function Frame() {
  useEffect(followStatus, []);
  useEffect(listen, []);
  useEffect(attend, []);
  const { view, id, params } = route.value;
  // An administrator or auditor sees no alerts: the start page is the first that is hers.
  const isClosed = view === "watch" && !may("read");
  useEffect(() => {
    const first = PAGES.find(([, , right]) => right !== "read" && right !== "status" && may(right)) ?? PAGES.find(([, , right]) => may(right));
    if (isClosed && first) go(first[1], { replace: true });
  }, [isClosed]);
  useEffect(() => {
    document.title = `${t(`nav.${view}`)}${id ? ` ${id.slice(0, 12)}` : ""} · ${session.value?.site || "Atalaia"}`;
  });
  return [
    h(Boundary, { key: "bar", name: "bar", children: h(Bar, null) }),
    h(Boundary, { key: "warnings", name: "warnings", children: h(Warnings, null) }),
    h("div", { key: "stage", class: "stage" },
      question.value && h("div", { key: "purpose", class: "purpose-question" }, h(Boundary, { name: "purpose", children: h(Lazy, { load: loadQuestion, props: {}, name: t("ask.give") }) })),
      h("main", { class: "page", id: "page", tabIndex: 0 }, h(Boundary, { key: view, name: view, children: isClosed ? null : h(View, { view, id, params }) })),
      panel.value === "keys" && h(Side, { title: t("keys.title"), children: h(Lazy, { load: loadKeys, props: {}, name: t("keys.title") }) }),
      panel.value === "account" && h(Side, { title: t("account.title"), children: h(Lazy, { load: loadAccount, props: {}, name: t("account.title") }) }),
      h(ToastLine, null)),
  ];
}

/** @param {{ view: string, id: string | null, params: Record<string, string> }} props */
function View({ view, id, params }) {
  const [loaded, setLoaded] = useState(/** @type {{ view: string, Page: any, fault: unknown } | null} */ (null));
  const load = () => {
    let current = true;
    const module = VIEWS[view] ? import(`../views/${VIEWS[view]}.js`) : Promise.reject(new Error(view));
    module.then((found) => current && setLoaded({ view, Page: found.default, fault: null }), (fault) => current && setLoaded({ view, Page: null, fault }));
    return () => void (current = false);
  };
  useEffect(load, [view]);
  useReload(loaded !== null && !loaded.Page && VIEWS[view] !== undefined);
  if (!loaded || loaded.view !== view) {
    return view === "watch" ? h("div", { class: "page-loading skeleton-page", "aria-busy": true }, h("span", { class: "for-readers" }, t("word.loading"))) : h("div", { class: "page-loading" }, t("word.loading"));
  }
  if (!loaded.Page) {
    return h("div", { class: "page-loading", role: "alert" }, h("p", null, VIEWS[view] ? t("frame.not_loaded") : t("frame.no_page", { path: location.pathname })),
      VIEWS[view] && h(Button, { onClick: () => location.reload() }, t("action.reload")));
  }
  return h(loaded.Page, { id, params });
}

/** A panel at the right edge that blocks nothing; Esc closes it.
 * @param {{ title: string, children: import("../vendor/preact.js").ComponentChildren }} props */
function Side({ title, children }) {
  const close = () => void (panel.value = null);
  useLayer(true, close);
  return h("aside", { class: "side", "aria-label": title },
    h("div", { class: "side-head" }, h("h2", null, title), h(Button, { kind: "quiet", onClick: close, hint: "Esc" }, t("action.close"))),
    h("div", { class: "side-body" }, h(Boundary, { name: "side", children })));
}

