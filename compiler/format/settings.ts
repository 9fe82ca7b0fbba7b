/** `dataset` and `train`. The `=` of consecutive settings stand below each other. */
import type { DatasetDeclaration, DatasetEntry, TrainDeclaration } from '../1-parse/ast.ts';
import { evenWidths } from './columns.ts';
import { all, type Doc, nothing, pad, space } from './doc.ts';
import { block, type Entry } from './entries.ts';
import { callArguments } from './expressions.ts';
import { type Printer, word } from './printer.ts';
import { assignment } from './statements.ts';
import { parameter } from './types.ts';

export function dataset(p: Printer, one: DatasetDeclaration): Doc {
  return all(word(p, 'dataset'), space, word(p), space, settings(p, one.entries));
}

export function train(p: Printer, one: TrainDeclaration): Doc {
  const keyword = word(p, 'train');
  const name = one.name ? all(word(p), word(p, ':'), space) : nothing;
  const model = word(p);
  const config = p.cursor.next === '(' ? callArguments(p, one.config) : nothing;
  const on = all(space, word(p, 'on'), space, word(p), space);
  const list = one.settings.map((setting): DatasetEntry => ({ kind: 'setting', ...setting }));
  return all(keyword, space, name, model, config, on, settings(p, list));
}

function settings(p: Printer, entries: readonly DatasetEntry[]): Doc {
  const { cursor } = p;
  const isSetting = (entry: DatasetEntry | undefined): boolean => entry?.kind === 'setting';
  const widths = entries.map((entry) => (entry.kind === 'setting' ? entry.name.name.length : 0));
  const connected = entries.map((entry, i) => {
    const before = entries[i - 1];
    return isSetting(entry) && isSetting(before) && !cursor.blank(before.span.end, entry.span.start);
  });
  const padding = evenWidths(widths, connected);
  const lines = entries.map((entry, i): Entry => ({ documentable: false, print: () => setting(p, entry, padding[i]) }));
  return block(p, lines, true);
}

function setting(p: Printer, entry: DatasetEntry, padding: number): Doc {
  if (entry.kind === 'sample') {
    const fields = entry.fields.map((field): Entry => ({ documentable: false, print: () => parameter(p, field) }));
    return all(word(p, 'sample'), space, block(p, fields, true));
  }
  const name = word(p, entry.name.name);
  if (entry.kind === 'group') return all(name, space, settings(p, entry.entries));
  return assignment(p, entry.value, all(name, p.cursor.hasRemarks ? nothing : pad(padding)));
}
