/**
 * Provenance as one line of text: `128 from conv3; 3 x 3 from image: 28 -conv1-> 26 -MaxPool2d-> 13 -conv2-> 11 …`.
 * Empty where the notes under the source say all of it already.
 */
import type { ProvenanceChain, ProvenanceStep } from '../diagnostic.ts';

/** Longer chains are shown without their middle. */
const longest = 9;
/** Columns of text, without the gutter. */
const width = 100;

/** The lines of the text; continuation lines are not indented. */
export function why(chains: readonly ProvenanceChain[]): readonly string[] {
  // A single step is what the note shows, and so is the place where several sizes came together.
  const known = (chain: ProvenanceChain, i: number): boolean =>
    chain.steps.length < 2 && (chains.length === 1 || i === chains.length - 1);
  const parts = chains.filter((chain, i) => chain.steps.length > 0 && !known(chain, i));
  // Sizes that simply stand in one place are seen there.
  const starts = new Set(parts.map(({ steps }) => steps[0].span.start));
  if (parts.every(({ steps }) => steps.length < 2) && starts.size < 2) return [];
  return wrapped(parts.flatMap((part, i) => told(part, i < parts.length - 1 ? ';' : '')));
}

/** One chain in a line. */
export const tell = (chain: ProvenanceChain): string => told(chain, '').join(' ');

/** Pieces that stay on one line: the start, then an arrow each, or what was lost there. */
function told({ axes, steps }: ProvenanceChain, end: string): string[] {
  const [first, ...rest] = steps;
  const size = Array.from({ length: axes }, () => steps.at(-1)?.size).join(' x ');
  if (rest.length === 0) return [`${size} from ${first.what}${end}`];
  const shown = rest.map((step, i) => arrow(step, (steps[i] ?? first).size, axes));
  const middle = rest.length > longest ? [...shown.slice(0, 3), ['-> ...'], ...shown.slice(4 - longest)] : shown;
  const pieces = [`${size} from ${first.what}: ${first.size}`, ...middle.flat()];
  return pieces.map((piece, i) => (i === pieces.length - 1 ? `${piece}${end}` : piece));
}

function arrow({ what, size, unread, arithmetic }: ProvenanceStep, before: string, axes: number): string[] {
  const step = `-${what}-> ${size}`;
  return unread === undefined ? [step] : [step, `(${dropped(unread, before, arithmetic, axes)})`];
}

/** "11 / 2 rounds down: one row and one column are dropped" */
function dropped(unread: number, before: string, arithmetic: string | undefined, axes: number): string {
  const count = unread === 1 ? 'one' : String(unread);
  const plural = unread === 1 ? '' : 's';
  const verb = plural ? 'are' : 'is';
  const what =
    axes > 1
      ? `${count} row${plural} and ${count} column${plural} are dropped`
      : `${count} of ${before} ${verb} dropped`;
  // Only where the quotient itself is what rounds: `(28 + 1) / 2 - 2` would explain nothing.
  return `${/^\d+ \/ \d+$/.test(arithmetic ?? '') ? `${arithmetic} rounds down: ` : ''}${what}`;
}

function wrapped(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + piece.length < width) lines[lines.length - 1] = `${line} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}
