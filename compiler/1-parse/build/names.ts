/** Lists of names: `let (a, b)`, `import { A, B }`. */

import type { Identifier } from '../ast.ts';
import type { CstNode } from '../chevrotain.ts';
import { nodeOf, nodesOf, startOf, tokensOf } from '../cst.ts';
import { type Build, identifier, junk } from './context.ts';
import { commasOf, separated } from './lists.ts';

export function nameList(b: Build, node: CstNode): readonly Identifier[] {
  const names = nodeOf(node, 'names');
  if (!names) return [];
  for (const rest of nodesOf(names, 'junkInList')) junk(b, rest, startOf(rest), ['only names may stand here']);
  return separated(b, commasOf(names), tokensOf(names, 'Name')).map((name) => identifier(b, name));
}

/** In an import names may be separated by commas or newlines. */
export function importNames(b: Build, node: CstNode): readonly Identifier[] {
  const list = nodeOf(node, 'importList');
  if (!list) return [];
  const lines = nodesOf(list, 'importLine');
  for (const rest of lines.flatMap((line) => nodesOf(line, 'junkInList'))) {
    junk(b, rest, startOf(rest), ['only names may stand here']);
  }
  const separators = [...tokensOf(list, 'Terminator'), ...lines.flatMap(commasOf)];
  const names = lines.flatMap((line) => tokensOf(line, 'Name'));
  return separated(b, separators, names).map((name) => identifier(b, name));
}
