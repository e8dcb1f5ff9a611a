// Types of preact.js, for the editor and for `tsc`; the browser never loads this file.
export * from "preact";
export * from "preact/hooks";
export * from "@preact/signals";
