// @ts-check
// What is wrong with a page as it is laid out, found by its boxes: cut text, controls beyond the window or under others.

/**
 * The faults, one line each. Text that ends in an ellipsis is no fault if its whole is in a tooltip.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export function layoutFaults(page) {
  return page.evaluate(() => {
    const faults = /** @type {string[]} */ ([]);
    const nameOf = (/** @type {Element} */ each) => `${each.localName}.${[...each.classList].join(".")} ${JSON.stringify((each.textContent ?? "").trim().slice(0, 40))}`;
    const isSeen = (/** @type {Element} */ each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !each.closest(".for-readers, [aria-hidden=true]");
    /** The nearest ancestor that scrolls sideways or hides what is too wide. @param {Element} each */
    const holder = (each) => {
      for (let at = each.parentElement; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return at;
      return document.documentElement;
    };
    /** Whether a point of an element is outside of what its ancestors show. @param {Element} each @param {number} x @param {number} y */
    const isScrolledAway = (each, x, y) => {
      for (let at = each.parentElement; at; at = at.parentElement) {
        const { top, bottom, left, right } = at.getBoundingClientRect();
        if (getComputedStyle(at).overflow !== "visible" && (x < left || x > right || y < top || y > bottom)) return true;
      }
      return false;
    };
    /** Whether an element lies under a bar that stays in place while what holds both is scrolled down: scrolling up shows it. @param {Element} each @param {Element} over */
    const isUnderBar = (each, over) => {
      for (let at = /** @type {Element | null} */ (over); at && !at.contains(each); at = at.parentElement) {
        if (getComputedStyle(at).position !== "sticky") continue;
        for (let holds = at.parentElement; holds; holds = holds.parentElement) if (holds.scrollTop > 0 && holds.contains(each)) return true;
      }
      return false;
    };
    for (const each of document.querySelectorAll("body *")) {
      if (!isSeen(each)) continue;
      const style = getComputedStyle(each), box = each.getBoundingClientRect();
      const hasText = [...each.childNodes].some((node) => node.nodeType === 3 && (node.nodeValue ?? "").trim() !== "");
      if (hasText && !["inline", "contents"].includes(style.display) && box.width > 2) {
        const isCut = each.scrollWidth > each.clientWidth + 1 && ["hidden", "clip"].includes(style.overflowX);
        const hasWhole = each.closest("[title]") !== null || each.closest("[aria-label]") !== null;
        if (isCut && !(style.textOverflow === "ellipsis" && hasWhole)) faults.push(`cut: ${nameOf(each)}`);
        if (each.scrollHeight > each.clientHeight + 3 && ["hidden", "clip"].includes(style.overflowY) && each.localName !== "textarea" && style.webkitLineClamp === "none") faults.push(`cut below: ${nameOf(each)}`);
      }
      if (!each.matches("button, a[href], input, select, textarea, [role=tab], [role=menuitem]") || each.matches("[type=hidden], :disabled") || box.width < 2) continue;
      const within = holder(each), frame = within === document.documentElement ? new DOMRect(0, 0, innerWidth, innerHeight) : within.getBoundingClientRect();
      const isScrolled = within !== document.documentElement && ["auto", "scroll"].includes(getComputedStyle(within).overflowX) && within.scrollWidth > within.clientWidth;
      if (!isScrolled && (box.left < frame.left - 1 || box.right > frame.right + 1)) faults.push(`beyond its frame: ${nameOf(each)} ${Math.round(box.left)}..${Math.round(box.right)} of ${Math.round(frame.left)}..${Math.round(frame.right)}`);
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight || isScrolledAway(each, x, y)) continue;
      const over = document.elementFromPoint(x, y);
      // What lies over another control by intent closes by Esc or is a list of choices; only controls of the same layer count.
      const isOther = over && over !== each && !each.contains(over) && !over.contains(each) && !(over instanceof HTMLLabelElement) && over.closest("label") === null;
      const layer = (/** @type {Element} */ one) => one.closest(".menu-list, .side, .toast, .saved-menu, .completion, .search-results, [role=listbox], [role=menu], [role=dialog], .legend-body, .map-list, .detail, .stage-detail");
      if (isOther && over.closest("button, a[href], input, select, textarea") && layer(over) === layer(each) && !isUnderBar(each, over)) faults.push(`under another: ${nameOf(each)} under ${nameOf(over)}`);
    }
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) faults.push(`the page is ${wide} pixels too wide`);
    return [...new Set(faults)];
  });
}
