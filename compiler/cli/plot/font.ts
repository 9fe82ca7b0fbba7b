/** Captions as pixels: letters as wide as they are drawn, one column between them. Where they go is `sheet.ts`'s. */
import { drawnGlyphs } from './glyphs.ts';

/** Rows of a line of text, two of which are below the line that letters stand on. */
export const TEXT_HEIGHT = 9;

const FIRST = 32;
const CELL = 5;
const SPACE = 3;

const bands = drawnGlyphs
  .trim()
  .split('\n\n')
  .map((band) => band.split('\n').map((row) => row.split(' ')));

/** A text's columns from left to right: for each which of its rows are inked. */
export function textColumns(text: string): readonly (readonly boolean[])[] {
  const letters = [...text].map((letter) => (letter === ' ' ? blank(SPACE) : glyph(letter)));
  return letters.flatMap((columns, i) => (i === 0 ? columns : [...blank(1), ...columns]));
}

/** What has no letter here is shown as a question mark. */
function glyph(letter: string): readonly (readonly boolean[])[] {
  const number = letter.charCodeAt(0) - FIRST;
  const rows = bands[Math.floor(number / 16)]?.map((row) => row[number % 16]);
  if (!rows?.every((row) => row !== undefined)) return glyph('?');
  const columns = Array.from({ length: CELL }, (_, x) => rows.map((row) => row[x] === '#'));
  const inked = columns.map((column) => column.includes(true));
  return columns.slice(inked.indexOf(true), inked.lastIndexOf(true) + 1);
}

const blank = (width: number): boolean[][] =>
  Array.from({ length: width }, () => new Array<boolean>(TEXT_HEIGHT).fill(false));
