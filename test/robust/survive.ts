/**
 * What must hold whatever is written: parsing and checking end soon, with diagnostics that stand in the text, can be drawn, and
 * speak of the program in words. Used by the tests of this folder.
 */
import { expect } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { readLibrary } from '../../compiler/cli/host.ts';
import type { CompilerHost } from '../../compiler/compilation.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';
import { dataset } from './programs.ts';

const fashion = { path: 'fashion_mnist.net', text: dataset };
const library = readLibrary();
const host: CompilerHost = {
  library: () => library,
  readImport: (path) => (path === './fashion_mnist.net' ? fashion : undefined),
};

/** Milliseconds of processor time, so that a busy machine is no failure; more than a hundred times what most of them take. */
const LONGEST = 1500;

/** What never belongs into a message. The programs do not hold these words. */
const internal = /undefined|NaN|\[object|poison|Infinity|InternalError|TypeError|RangeError|\bnull\b/;

const words = ({ message, label, notes, help, fixes }: Diagnostic): string[] => [
  message,
  label ?? '',
  ...notes.map((note) => note.message),
  ...help,
  ...fixes.map((fix) => fix.title),
];

const shorten = (text: string): string => (text.length > 1500 ? `${text.slice(0, 1500)}… (${text.length})` : text);

/** Checks `text` as a file, or only parses it, and returns what was found. */
export function survives(text: string, stages: 'parse' | 'parse and check' = 'parse and check'): readonly Diagnostic[] {
  try {
    const start = process.cpuUsage();
    const file = { path: 'main.net', text };
    const { diagnostics } = stages === 'parse' ? parse(file) : analyze(file, host);
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    if (took > LONGEST) throw new Error(`it took ${Math.round(took)} ms`);
    for (const diagnostic of diagnostics) inspect(diagnostic);
    return diagnostics;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\non:\n${shorten(text)}`, { cause: error });
  }
}

function inspect(diagnostic: Diagnostic): void {
  const { span, notes, fixes } = diagnostic;
  const edits = fixes.flatMap((fix) => fix.edits);
  for (const place of [span, ...notes.map((note) => note.span), ...edits.map((edit) => edit.span)]) {
    const inside = place.start >= 0 && place.start <= place.end && place.end <= place.file.text.length;
    if (!inside) throw new Error(`${diagnostic.code} at ${place.start}..${place.end} of ${place.file.text.length}`);
  }
  if (diagnostic.message === '') throw new Error(`${diagnostic.code} says nothing`);
  for (const text of words(diagnostic)) {
    if (internal.test(text)) throw new Error(`${diagnostic.code} says: ${text}`);
  }
  const drawn = render(diagnostic, { color: false });
  expect(drawn).toContain(`[${diagnostic.code}]`);
}
