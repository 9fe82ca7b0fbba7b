/** The marked lines of one file, with their numbers. */
import type { SourceFile } from '../diagnostic.ts';
import { lineText } from '../position.ts';
import { type Shown, show } from './columns.ts';
import type { Mark } from './marks.ts';
import type { Paint } from './paint.ts';

export const gutter = (ink: Paint, width: number, number = ''): string =>
  `${ink.gutter(`${number.padStart(width)} |`)}`;

/** The lines that carry marks in their order; `...` where two are far apart. */
export function snippet(file: SourceFile, marks: readonly Mark[], width: number, ink: Paint): string[] {
  const lines = [...new Set(marks.map((mark) => mark.line))].sort((a, b) => a - b);
  const out: string[] = [];
  const push = (number: string, text: string): void => {
    out.push(text.trim() === '' ? gutter(ink, width, number) : `${gutter(ink, width, number)} ${text}`);
  };
  const plain = (line: number): void => push(String(line), show(lineText(file, line), 0).text.trimEnd());
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1] ?? line - 1;
    if (line - before === 2) plain(line - 1);
    if (line - before > 2) out.push(ink.gutter('...'));
    const here = marks.filter((mark) => mark.line === line);
    const shown = show(lineText(file, line), Math.min(...here.map((mark) => mark.from)));
    push(String(line), shown.text.trimEnd());
    for (const row of underline(shown, here, ink)) push('', row);
  }
  return out;
}

interface Stroke {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly primary: boolean;
}

/** The rows below a line. Marks that touch each other get a row each, the others share one, with their labels below it. */
function underline(shown: Shown, marks: readonly Mark[], ink: Paint): string[] {
  const strokes = marks
    .map(({ from, to, label, primary }): Stroke => {
      const start = shown.column(from);
      return { from: start, to: Math.max(shown.column(to), start + 1), label, primary };
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const touching = strokes.some((stroke, i) => i > 0 && stroke.from < strokes[i - 1].to);
  return touching ? strokes.map((stroke) => row([stroke], ink)) : shared(strokes, ink);
}

/** All strokes with the last one's label, then a row for each further label, from right to left. */
function shared(strokes: readonly Stroke[], ink: Paint): string[] {
  const rows = [row(strokes, ink)];
  const waiting = strokes.slice(0, -1).filter((stroke) => stroke.label !== '');
  if (waiting.length > 0) rows.push(connectors(waiting, ink));
  while (waiting.length > 0) {
    const stroke = waiting.pop();
    if (!stroke) break;
    const left = connectors(waiting, ink);
    const last = waiting.at(-1);
    const gap = stroke.from - (last ? last.from + 1 : 0);
    rows.push(`${left}${' '.repeat(gap)}${colour(stroke, ink)(stroke.label)}`);
  }
  return rows;
}

const colour = (stroke: Stroke, ink: Paint) => (stroke.primary ? ink.primary : ink.secondary);

function row(strokes: readonly Stroke[], ink: Paint): string {
  let text = '';
  let column = 0;
  for (const stroke of strokes) {
    text += ' '.repeat(stroke.from - column);
    text += colour(stroke, ink)((stroke.primary ? '^' : '-').repeat(stroke.to - stroke.from));
    column = stroke.to;
  }
  const last = strokes.at(-1);
  return last && last.label !== '' ? `${text} ${colour(last, ink)(last.label)}` : text;
}

function connectors(strokes: readonly Stroke[], ink: Paint): string {
  let text = '';
  let column = 0;
  for (const stroke of strokes) {
    text += `${' '.repeat(stroke.from - column)}${colour(stroke, ink)('|')}`;
    column = stroke.from + 1;
  }
  return text;
}
