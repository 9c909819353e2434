/** Where a picture lies on the canvas. Pure; the screen's unit is the CSS pixel, the picture's its own. */

export interface Viewport {
  /** CSS pixels a picture pixel. */
  readonly scale: number;
  /** Of the picture's top left corner, CSS pixels. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const MOST_ZOOM = 40;

/** All of the picture, in the middle. */
export function fit(picture: Size, canvas: Size): Viewport {
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height) || 1;
  return {
    scale,
    x: (canvas.width - picture.width * scale) / 2,
    y: (canvas.height - picture.height * scale) / 2,
  };
}

export function toPicture({ scale, x, y }: Viewport, point: Point): Point {
  return { x: (point.x - x) / scale, y: (point.y - y) / scale };
}

export function toScreen({ scale, x, y }: Viewport, point: Point): Point {
  return { x: point.x * scale + x, y: point.y * scale + y };
}

/** What lies under `at` stays there; never smaller than all of the picture. */
export function zoom(view: Viewport, factor: number, at: Point, picture: Size, canvas: Size): Viewport {
  const least = fit(picture, canvas).scale;
  const scale = Math.min(MOST_ZOOM, Math.max(least, view.scale * factor));
  const under = toPicture(view, at);
  return keepInSight({ scale, x: at.x - under.x * scale, y: at.y - under.y * scale }, picture, canvas);
}

export function pan(view: Viewport, dx: number, dy: number, picture: Size, canvas: Size): Viewport {
  return keepInSight({ ...view, x: view.x + dx, y: view.y + dy }, picture, canvas);
}

/** A picture that is smaller than the canvas lies in its middle, a larger one covers it. */
function keepInSight({ scale, x, y }: Viewport, picture: Size, canvas: Size): Viewport {
  const side = (at: number, long: number, room: number) =>
    long <= room ? (room - long) / 2 : Math.min(0, Math.max(room - long, at));
  return {
    scale,
    x: side(x, picture.width * scale, canvas.width),
    y: side(y, picture.height * scale, canvas.height),
  };
}
