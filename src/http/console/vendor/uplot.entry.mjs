// uPlot draws the plots of distance and speed.
//! uPlot 1.6.32, MIT licence, Copyright (c) 2022 Leon Sorokin; see uplot.md
export { default } from "uplot";
