// @ts-check
import { Component, h } from "../vendor/preact.js";
import { t } from "../words.js";
import { Button } from "./button.js";

/** Keeps a fault of one row or panel to itself: the rest of the page goes on. It is drawn again when `mark` changes.
 * @extends {Component<{ children?: import("../vendor/preact.js").ComponentChildren, name?: string, compact?: boolean, mark?: unknown }, { fault: Error | null }>} */
export class Boundary extends Component {
  constructor() {
    super();
    this.state = { fault: null };
    this.again = () => this.setState({ fault: null });
  }

  /** @param {Error} fault */
  static getDerivedStateFromError(fault) {
    return { fault };
  }

  /** @param {Error} fault */
  componentDidCatch(fault) {
    console.warn(this.props.name ?? "panel", fault);
    this.setState({ fault });
  }

  /** @param {{ mark?: unknown }} before */
  componentDidUpdate(before) {
    if (this.state.fault && before.mark !== this.props.mark) this.again();
  }

  render() {
    const fault = /** @type {Error | null} */ (this.state.fault);
    if (!fault) return this.props.children;
    return h("div", { class: `boundary${this.props.compact ? " compact" : ""}`, role: "alert" },
      h("span", null, t("fault.panel")), h("small", null, fault.message), h(Button, { kind: "quiet", onClick: this.again }, t("action.retry")));
  }
}
