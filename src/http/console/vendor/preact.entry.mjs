// Preact with its hooks, and signals bound to it: the whole of what the console builds its pages with.
export { h, render, Component, Fragment, createContext, createRef, cloneElement, toChildArray } from "preact";
export {
  useState, useReducer, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useErrorBoundary, useId,
} from "preact/hooks";
export {
  signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect, Signal,
} from "@preact/signals";
