/** Files: the list of declarations, imports and constants. */

import { position } from '../../diagnostics/position.ts';
import type { ConstDeclaration, Declaration, Identifier, ImportDeclaration, SourceModule } from '../ast.ts';
import { type CstNode, type IToken, tokenMatcher } from '../chevrotain.ts';
import { allTokensOf, endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import type { Problems } from '../problems.ts';
import { Name } from '../tokens.ts';
import { assigned, block } from './blocks.ts';
import { callable } from './callables.ts';
import { type Build, guard, identifier, junk, requireName, spanOf } from './context.ts';
import { documentation } from './documentation.ts';
import { expression } from './expressions.ts';
import { stringValue } from './literals.ts';
import { importNames } from './names.ts';
import { chain } from './operators.ts';
import { dataset, train } from './settings.ts';

/** The tree of a whole file; everything wrong with it goes to `problems`. */
export function buildModule(root: CstNode, comments: readonly IToken[], problems: Problems): SourceModule {
  const { file } = problems;
  const docs = documentation(file, comments);
  const unreadable: Identifier[] = [];
  const b: Build = { problems, depth: 0, docAt: docs.at, unreadable, recur: { expression, chain, block } };
  const declarations = nodesOf(root, 'declaration').flatMap((node) => declaration(b, node) ?? []);
  const plain = docs.rest().map((token) => ({ text: token.image.replace(/^\/+/, '').trim(), span: spanOf(b, token) }));
  return { file, declarations, unreadable, comments: plain };
}

function declaration(b: Build, node: CstNode): Declaration | undefined {
  const [imports, constant] = [nodeOf(node, 'import'), nodeOf(node, 'const')];
  const [code, data, training] = [nodeOf(node, 'callable'), nodeOf(node, 'dataset'), nodeOf(node, 'train')];
  const read =
    (imports && importDeclaration(b, imports)) ??
    (constant && constDeclaration(b, constant)) ??
    (code && callable(b, code)) ??
    (data && dataset(b, data)) ??
    (training && train(b, training));
  const known = imports ?? constant ?? code ?? data ?? training;
  for (const rest of nodesOf(node, 'junk')) {
    if (known) junk(b, rest, startOf(node));
    else notADeclaration(b, rest);
  }
  return read;
}

function notADeclaration(b: Build, node: CstNode): void {
  const start = startOf(node);
  // Whatever it was meant to declare comes before its first bracket.
  const tokens = allTokensOf(node);
  const head = tokens.slice(
    0,
    Math.max(
      0,
      tokens.findIndex((token) => /^[([{=:]$/.test(token.image)),
    ),
  );
  b.unreadable.push(...head.filter((token) => tokenMatcher(token, Name)).map((token) => identifier(b, token)));
  const { line } = position(b.problems.file, start);
  const { text } = b.problems.file;
  const end = text.indexOf('\n', start) < 0 ? endOf(node) : Math.min(endOf(node), text.indexOf('\n', start));
  if (b.problems.damaged(start, end)) return;
  b.problems.error('E0111', 'a declaration is expected here', start, end, {
    label: 'declares nothing',
    help: [
      'a file holds `import`, `const`, `fn`, `layer`, `model`, `augment`, `optimizer`, `dataset` and `train`',
      ...(line === 1 && text.startsWith('#!') ? ['leave out the `#!` line'] : []),
    ],
  });
}

function importDeclaration(b: Build, node: CstNode): ImportDeclaration | undefined {
  const keyword = tokenOf(node, 'Import');
  if (!keyword) return undefined;
  const list = nodeOf(node, 'importNames');
  const single = tokenOf(node, 'Name');
  const path = tokenOf(node, 'TextLiteral');
  const from = tokenOf(node, 'From');
  const example = '`import { Digits } from "./digits.net"`';
  const names = list ? importNames(b, list) : single ? [identifier(b, single)] : [];
  if (single) {
    const [start, end] = [single.startOffset, tokenEnd(single)];
    b.problems.error('E0101', "an import's names stand in `{ }`", start, end, {
      recovered: true,
      fixes: [b.problems.fix('Put it in braces', start, end, `{ ${single.image} }`)],
    });
  } else if (names.length === 0) {
    const at = list ? endOf(list) : tokenEnd(keyword);
    if (!b.problems.damaged(startOf(node), at)) {
      b.problems.error('E0107', '`import` needs the names to import', at, at, { help: [`write ${example}`] });
    }
  }
  if (!path || !from) {
    const place = from ?? list ?? single ?? keyword;
    const at = path ? path.startOffset : endOf(place);
    if (!b.problems.damaged(startOf(node), endOf(node))) {
      const what = from ? 'the path of a file' : '`from` and the path of a file';
      b.problems.error('E0113', `this import lacks ${path ? '`from`' : what}`, at, at, { help: [`write ${example}`] });
    }
  }
  if (!path) {
    b.unreadable.push(...names);
    return undefined;
  }
  return { kind: 'import', names, path: stringValue(b, path), pathSpan: spanOf(b, path), span: spanOf(b, node) };
}

function constDeclaration(b: Build, node: CstNode): ConstDeclaration | undefined {
  const keyword = tokenOf(node, 'Const');
  if (!keyword) return undefined;
  const name = requireName(b, tokenOf(node, 'Name'), keyword, '`const width = 64`');
  const written = nodeOf(node, 'annotation');
  const value = assigned(b, node, name ? `\`const ${name.name}\`` : '`const`', !name);
  if (written) {
    b.problems.error('E0101', 'a `const` takes its type from its value', startOf(written), endOf(written), {
      recovered: true,
      fixes: [b.problems.fix('Remove the type', startOf(written), endOf(written), '')],
    });
  }
  if (!name) return undefined;
  const span = spanOf(b, node);
  return { kind: 'const', doc: b.docAt(span.start), name, value: guard(b, value, span.start, span.end), span };
}
