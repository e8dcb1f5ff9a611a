// What the console uses of ol.js, for the type checker. OpenLayers is not checked itself; its own documentation is at its version 10.11.0.
/* eslint-disable */
type Options = Record<string, any>;

declare class BaseObject {
  on(type: string, listener: (event: any) => void): any;
  un(type: string, listener: (event: any) => void): void;
  get(key: string): any;
  set(key: string, value: any, silent?: boolean): void;
  changed(): void;
  dispose(): void;
}
export class OlMap extends BaseObject {
  constructor(options: Options);
  addInteraction(interaction: Interaction): void;
  removeInteraction(interaction: Interaction): void;
  addLayer(layer: Layer): void;
  removeLayer(layer: Layer): void;
  getCoordinateFromPixel(pixel: number[]): number[] | null;
  getPixelFromCoordinate(coordinate: number[]): number[] | null;
  getEventPixel(event: { clientX: number; clientY: number }): number[];
  getSize(): number[] | undefined;
  getView(): View;
  getViewport(): HTMLElement;
  render(): void;
  renderSync(): void;
  setTarget(target: HTMLElement | undefined): void;
  updateSize(): void;
}
export class View extends BaseObject {
  constructor(options: Options);
  animate(...steps: (Options | ((isDone: boolean) => void))[]): void;
  calculateExtent(size?: number[]): number[];
  cancelAnimations(): void;
  fit(extent: number[], options?: Options): void;
  getCenter(): number[] | undefined;
  getResolution(): number | undefined;
  getZoom(): number | undefined;
  getResolutionForZoom(zoom: number): number;
  setCenter(center: number[]): void;
  setResolution(resolution: number): void;
  setZoom(zoom: number): void;
}
export class Layer extends BaseObject {
  constructor(options: Options);
  getSource(): any;
  render(frameState: any, target?: HTMLElement): HTMLElement | null;
  setVisible(visible: boolean): void;
}
export class TileLayer extends Layer {}
export class ImageTileSource extends BaseObject {
  constructor(options?: Options);
  refresh(): void;
  setKey(key: string): void;
}
declare class Interaction extends BaseObject { setActive(active: boolean): void; }
export class DragBox extends Interaction {
  constructor(options?: Options);
  getGeometry(): { getExtent(): number[] };
}
export class DragPan extends Interaction { constructor(options?: Options); }
export function createXYZ(options?: Options): any;
export function defaultInteractions(options?: Options): { extend(more: Interaction[]): any };
export const shiftKeyOnly: (event: any) => boolean;
