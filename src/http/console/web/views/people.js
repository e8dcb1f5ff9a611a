// @ts-check
// People: users with roles and ceilings, sessions, tokens. A token's secret is shown once.
import { h, useEffect, useState } from "../vendor/preact.js";
import { get } from "../api.js";
import { useBack } from "../live.js";
import { setParams } from "../route.js";
import { may } from "../state.js";
import { Boundary } from "../ui/boundary.js";
import { explain } from "../ui/explain.js";
import "../words/pages.js";
import { t } from "../words.js";
import { Sessions } from "./people/sessions.js";
import { Tokens } from "./people/tokens.js";
import { Users } from "./people/users.js";

/** @type {Record<string, { path: string, Panel: any }>} */
const TABS = { users: { path: "/users", Panel: Users }, sessions: { path: "/sessions", Panel: Sessions }, tokens: { path: "/tokens", Panel: Tokens } };

/** @param {{ params: Record<string, string> }} props */
export default function PeopleView({ params }) {
  const tab = params.tab && params.tab in TABS ? params.tab : "users";
  if (!may("people")) return h("div", { class: "page-loading" }, t("fault.forbidden"));
  const move = (/** @type {KeyboardEvent} */ event) => {
    const names = Object.keys(TABS);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setParams({ tab: names[(names.indexOf(tab) + step + names.length) % names.length] });
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(".tabs [aria-selected=true]"))?.focus());
  };
  return h("div", { class: "sheet" },
    h("h1", null, t("nav.people")),
    h("div", { class: "tabs", role: "tablist", "aria-label": t("nav.people"), onKeyDown: move }, Object.keys(TABS).map((each) => h("button", {
      key: each, type: "button", role: "tab", id: `tab-${each}`, "aria-selected": each === tab, "aria-controls": "tab-panel", tabIndex: each === tab ? 0 : -1, onClick: () => setParams({ tab: each }),
    }, t(`people.${each}`)))),
    h("div", { role: "tabpanel", id: "tab-panel", "aria-labelledby": `tab-${tab}` }, h(Boundary, { key: tab, name: tab, children: h(Loaded, { key: tab, ...TABS[tab] }) })));
}

/** Loads the items of a tab and hands them to it. @param {{ path: string, Panel: any }} props */
function Loaded({ path, Panel }) {
  const [items, setItems] = useState(/** @type {any[] | null} */ (null));
  const [fault, setFault] = useState(/** @type {unknown} */ (null));
  const load = () => get(path, { limit: 1000 }).then(({ data }) => { setItems(data.items ?? data); setFault(null); }, setFault);
  useEffect(() => void load(), [path]);
  useBack(fault, load);
  if (fault && !items) return h("p", { class: "form-fault", role: "alert" }, explain(fault));
  if (!items) return h("p", { class: "muted" }, t("word.loading"));
  return h(Panel, { items, reload: load });
}
