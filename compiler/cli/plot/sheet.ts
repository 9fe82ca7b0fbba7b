/**
 * Lays pictures out in rows and columns with a caption under each, as an image in red, green and blue. Every pixel becomes a
 * square of whole pixels: what is shown is what is there.
 */
import { UserError } from '../../../runtime/errors.ts';
import { TEXT_HEIGHT, textColumns } from './font.ts';
import { colorAt, type Picture, type Tones } from './picture.ts';

export interface Cell {
  readonly picture: Picture;
  readonly tones: Tones;
  readonly caption: string;
}

export interface SheetOptions {
  /** Of cells, which may have no more than the first row. */
  readonly rows: readonly (readonly Cell[])[];
  /** Stands above each column. */
  readonly headings?: readonly string[];
  /** The side of the square that a pixel becomes; where it is left out, one that makes pictures about as large as `WANTED`. */
  readonly scale?: number | undefined;
}

export interface Image {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly data: Uint8Array;
}

const PAPER = 255;
const INK = [38, 38, 38];
const MARGIN = 16;
/** Around a picture, and between it and its caption. */
const GAP = 12;
const LEADING = 6;
const WANTED = 140;
const LARGEST = 2 ** 27;

/** Throws `UserError` where the image would be larger than anything could show. */
export function drawSheet({ rows, headings = [], scale }: SheetOptions): Image {
  const pictures = rows.flat().map(({ picture }) => picture);
  const tall = Math.max(...pictures.map(({ height }) => height));
  const wide = Math.max(...pictures.map(({ width }) => width));
  const enlarged = scale ?? Math.max(1, Math.round(WANTED / Math.max(tall, wide)));
  const texts = [...headings, ...rows.flat().map(({ caption }) => caption)];
  const longest = Math.max(...texts.map((text) => textColumns(text).length));
  const textScale = 2 * longest <= enlarged * wide + GAP - 4 ? 2 : 1;
  const line = TEXT_HEIGHT * textScale;
  const cellWidth = Math.max(enlarged * wide, textScale * longest) + GAP;
  const cellHeight = enlarged * tall + LEADING + line + GAP;
  const top = MARGIN + (headings.length > 0 ? line + LEADING : 0);
  const width = 2 * MARGIN + Math.max(...rows.map((row) => row.length)) * cellWidth - GAP;
  const height = top + rows.length * cellHeight - GAP + MARGIN;
  if (width * height > LARGEST) {
    throw new UserError(
      `the picture would have ${width}x${height} pixels; ask for fewer pictures, or for smaller ones with --scale`,
    );
  }
  const canvas = new Canvas(width, height);
  const middle = (column: number): number => MARGIN + column * cellWidth + (cellWidth - GAP) / 2;
  for (const [column, heading] of headings.entries()) canvas.text(heading, middle(column), MARGIN, textScale);
  for (const [y, row] of rows.entries()) {
    for (const [x, { picture, tones, caption }] of row.entries()) {
      const up = top + y * cellHeight;
      const left = Math.floor(middle(x) - (enlarged * picture.width) / 2);
      canvas.picture(picture, tones, left, up + enlarged * (tall - picture.height), enlarged);
      canvas.text(caption, middle(x), up + enlarged * tall + LEADING, textScale);
    }
  }
  return canvas;
}

class Canvas implements Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(3 * width * height).fill(PAPER);
  }

  /** Centred about a column. */
  text(text: string, center: number, top: number, scale: number): void {
    const columns = textColumns(text);
    const left = Math.round(center - (scale * columns.length) / 2);
    for (const [x, column] of columns.entries()) {
      for (const [y, inked] of column.entries()) {
        if (inked) this.square(left + scale * x, top + scale * y, scale, INK);
      }
    }
  }

  picture(picture: Picture, tones: Tones, left: number, top: number, scale: number): void {
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        this.square(left + scale * x, top + scale * y, scale, colorAt(picture, y, x, tones));
      }
    }
  }

  private square(left: number, top: number, side: number, color: readonly number[]): void {
    for (let y = top; y < top + side; y++) {
      for (let x = left; x < left + side; x++) this.data.set(color, 3 * (y * this.width + x));
    }
  }
}
