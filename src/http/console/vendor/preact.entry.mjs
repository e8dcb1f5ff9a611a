// Preact with its hooks, and signals bound to it: what the console builds its pages with.
export { h, render, Component, Fragment } from "preact";
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId } from "preact/hooks";
export { signal, computed, effect, batch, untracked } from "@preact/signals";
