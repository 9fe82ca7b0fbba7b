/** How wide text is on a terminal. Tabs become spaces and control characters a visible sign, so that columns line up. */

const tab = 4;
/** Longer lines are shown in part. */
const longest = 160;
const context = 60;

export interface Shown {
  readonly text: string;
  /** The column on the terminal, from 0, of an offset into the line. */
  readonly column: (offset: number) => number;
}

const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u;
const thin = /\p{Mn}|\p{Me}|\u200B|\u200D/u;

/** The line as it is printed; of a long one the part from a little before `focus` on. */
export function show(line: string, focus: number): Shown {
  const from = line.length > longest ? Math.max(0, Math.min(focus - context, line.length - longest)) : 0;
  const to = line.length > longest ? from + longest : line.length;
  const columns: number[] = [];
  let text = from > 0 ? '...' : '';
  let column = text.length;
  for (let i = 0; i < from; i++) columns.push(column);
  for (const character of line.slice(from, to)) {
    for (let unit = 0; unit < character.length; unit++) columns.push(column);
    const shown = character === '\t' ? ' '.repeat(tab - (column % tab)) : character.replace(/\p{C}/u, '\uFFFD');
    text += shown;
    column += character === '\t' ? shown.length : thin.test(character) ? 0 : wide.test(character) ? 2 : 1;
  }
  if (to < line.length) text += '...';
  const end = column;
  return {
    text,
    column: (offset) =>
      offset < columns.length ? columns[offset] : end + (to < line.length ? 0 : offset - columns.length),
  };
}
