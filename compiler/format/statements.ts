/** Blocks and statements. */
import type { Block, Expression, Statement } from '../1-parse/ast.ts';
import { all, commaList, type Doc, nothing, space } from './doc.ts';
import { block as bracesWith, type Entry } from './entries.ts';
import { after, bracketed, closing, items, type Printer, word } from './printer.ts';
import { annotation } from './types.ts';

export function block(p: Printer, { statements, result }: Block): Doc {
  const entries = statements.map(
    (one): Entry => ({
      documentable: one.kind === 'param' || one.kind === 'buffer' || one.kind === 'state',
      print: () => statement(p, one),
    }),
  );
  const value = result ? [{ documentable: false, print: () => p.recur.expression(p, result) }] : [];
  return bracesWith(p, [...entries, ...value], false);
}

function statement(p: Printer, one: Statement): Doc {
  switch (one.kind) {
    case 'expression':
      return p.recur.expression(p, one.value);
    case 'let': {
      const keyword = word(p, 'let');
      return all(keyword, space, names(p, one.names), annotation(p, one.type), assignment(p, one.value));
    }
    case 'update':
      return all(word(p, 'update'), space, word(p), assignment(p, one.value));
    case 'param':
    case 'buffer':
    case 'state': {
      const keyword = word(p, one.kind);
      return all(keyword, space, word(p), annotation(p, one.type), assignment(p, one.value));
    }
  }
}

/** `a`, `(a, b)` */
function names(p: Printer, list: Extract<Statement, { kind: 'let' }>['names']): Doc {
  if (p.cursor.next !== '(') return word(p);
  const open = word(p, '(');
  const inner = items(p, list, ({ name }) => word(p, name));
  return bracketed(open, commaList(inner), closing(p, ')'));
}

/** ` = value` */
export const assignment = (p: Printer, value: Expression, before: Doc = nothing): Doc =>
  all(
    before,
    space,
    word(p, '='),
    space,
    after(p, () => p.recur.expression(p, value)),
  );
