/**
 * Fills polygons on a small grey picture, with exact anti-aliasing: a pixel gets as much of the colour as the polygon
 * covers of it. Coordinates are pixels, y downwards. Knows nothing of what is drawn.
 */

/** x0, y0, x1, y1, …; closed by itself. */
export type Polygon = readonly number[];

export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Row-major, 0 is black and 1 white. */
  readonly pixels: Float32Array;
  /** Per row: by how much the covered area changes from a pixel to the next. Two more than pixels, for the right edge. */
  private readonly change: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Float32Array(width * height);
    this.change = new Float32Array((width + 2) * height);
  }

  clear(): void {
    this.pixels.fill(0);
  }

  /** Paints the polygon over what is there. `shade` 0 (black) to 1 (white), `opacity` 0 to 1. */
  fill(polygon: Polygon, shade: number, opacity = 1): void {
    const { width, height, pixels, change } = this;
    const last = polygon.length - 2;
    let top = height;
    let bottom = 0;
    for (let i = 1; i < polygon.length; i += 2) {
      const y = polygon[i] ?? 0;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    const firstRow = Math.max(0, Math.floor(top));
    const endRow = Math.min(height, Math.ceil(bottom));
    if (endRow <= firstRow) return;
    change.fill(0, firstRow * (width + 2), endRow * (width + 2));
    for (let i = 0, from = last; i <= last; from = i, i += 2) {
      this.edge(polygon[from] ?? 0, polygon[from + 1] ?? 0, polygon[i] ?? 0, polygon[i + 1] ?? 0);
    }
    for (let y = firstRow; y < endRow; y++) {
      let area = 0;
      for (let x = 0; x < width; x++) {
        area += change[y * (width + 2) + x] ?? 0;
        const covered = Math.abs(area);
        // What rounding leaves of an area that went up and down again is nothing.
        if (covered < 1e-6) continue;
        const at = y * width + x;
        const under = pixels[at] ?? 0;
        pixels[at] = under + (shade - under) * Math.min(1, covered) * opacity;
      }
    }
  }

  /** Adds an edge's part of the signed area, row by row. */
  private edge(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    const slope = (bottomX - topX) / (bottomY - topY);
    const end = Math.min(this.height, Math.ceil(bottomY));
    for (let row = Math.max(0, Math.floor(topY)); row < end; row++) {
      const from = Math.max(topY, row);
      const to = Math.min(bottomY, row + 1);
      const a = topX + (from - topY) * slope;
      const b = topX + (to - topY) * slope;
      this.span(row, Math.min(a, b), Math.max(a, b), (to - from) * direction);
    }
  }

  /** An edge that falls by `height` within one row, from `left` to `right`: everything to the right of it is covered. */
  private span(row: number, left: number, right: number, height: number): void {
    const { width, change } = this;
    const base = row * (width + 2);
    const l = Math.min(Math.max(left, 0), width);
    const r = Math.min(Math.max(right, 0), width);
    const first = Math.floor(l);
    if (r <= first + 1) {
      // Within one pixel: a trapezoid of it is covered, and all of the next.
      const covered = (1 - ((l + r) / 2 - first)) * height;
      change[base + first] = (change[base + first] ?? 0) + covered;
      change[base + first + 1] = (change[base + first + 1] ?? 0) + height - covered;
      return;
    }
    // Over several pixels: the covered area of each is the integral of a ramp.
    const slope = height / (r - l);
    let before = 0;
    for (let x = first; x < Math.ceil(r); x++) {
      const from = Math.max(l, x);
      const to = Math.min(r, x + 1);
      const fallen = (to - l) * slope;
      const covered = ((from - l) * slope + fallen) * 0.5 * (to - from) + fallen * (x + 1 - to);
      change[base + x] = (change[base + x] ?? 0) + covered - before;
      before = covered;
    }
    const next = base + Math.ceil(r);
    change[next] = (change[next] ?? 0) + height - before;
  }
}
