// @ts-check
// Keys that work on every page.
import { effect } from "../vendor/preact.js";
import { keys } from "../keys.js";
import { go } from "../route.js";
import { may, palette, session, sound } from "../state.js";
import { say } from "../ui/toast.js";
import { t } from "../words.js";
import { PAGES, PALETTES, setPalette } from "./bar.js";
import { panel, togglePanel } from "./panel.js";

/** Binds them while somebody is signed in. */
export function bindGlobalKeys() {
  /** @type {(() => void)[]} */
  let bound = [];
  effect(() => {
    const here = session.value;
    for (const off of bound) off();
    bound = here ? bind() : [];
  });
}

function bind() {
  const pages = PAGES.filter(([, , right]) => may(right)).map(([name, path, , key]) => keys.add("all", key, { label: `nav.${name}`, run: () => go(path) }));
  return [
    ...pages,
    keys.add("all", "?", { label: "keys.help", run: () => togglePanel("keys") }),
    keys.add("all", "/", { label: "keys.search", run: search }),
    keys.add("all", "b", { label: "keys.palette", run: nextPalette }),
    keys.add("all", "q", { label: "keys.mute", run: mute }),
    keys.add("all", "Esc", { label: "keys.close", run: () => (panel.peek() ? void (panel.value = null) : false) }),
  ];
}

/** To the search box; what stands there is replaced by what is typed. */
function search() {
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById("search"));
  box?.focus();
  box?.select();
}

function nextPalette() {
  const shown = document.documentElement.dataset.palette ?? palette.peek();
  const next = PALETTES[(PALETTES.indexOf(shown) + 1) % PALETTES.length];
  setPalette(next);
  say(t("keys.palette_is", { name: t(`palette.${next}`) }), "info", undefined, 2);
}

function mute() {
  sound.value = !sound.peek();
  say(t(sound.peek() ? "frame.sound_on" : "frame.sound_off"), "info", undefined, 3);
}
