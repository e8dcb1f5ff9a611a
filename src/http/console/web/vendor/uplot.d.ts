// Types of uplot.js as far as the console uses it, for the editor and for `tsc`; the browser never loads this file.
export interface Plot {
  root: HTMLElement;
  over: HTMLElement;
  bbox: { left: number; top: number; width: number; height: number };
  ctx: CanvasRenderingContext2D;
  scales: Record<string, { min: number | null; max: number | null }>;
  valToPos(value: number, scale: string, canvas?: boolean): number;
  posToVal(position: number, scale: string): number;
  setData(data: (number | null | undefined)[][]): void;
  setSize(size: { width: number; height: number }): void;
  redraw(paths?: boolean): void;
  destroy(): void;
}
declare const uPlot: { new (options: Record<string, unknown>, data: (number | null | undefined)[][], target: HTMLElement): Plot };
export default uPlot;
