/** `dataset` and `train`: declarations that are lists of settings. */

import type { DatasetDeclaration, DatasetEntry, Expression, Identifier, TrainDeclaration } from '../ast.ts';
import type { CstNode } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf, tokensOf } from '../cst.ts';
import { type Build, guard, identifier, junk, missingValue, requireName, spanOf } from './context.ts';
import { expression } from './expressions.ts';
import { commasOf, separated } from './lists.ts';
import { parameters } from './parameters.ts';
import { callArguments } from './values.ts';

export function dataset(b: Build, node: CstNode): DatasetDeclaration | undefined {
  const keyword = tokenOf(node, 'Dataset');
  if (!keyword) return undefined;
  const name = requireName(b, tokenOf(node, 'Name'), keyword, '`dataset Digits { … }`');
  const list = nodeOf(node, 'entries');
  if (!list)
    lacksSettings(
      b,
      'dataset',
      endOf(node),
      '`dataset Digits { sample { image: u8[1, 28, 28], label: class(10) } … }`',
    );
  const read = list ? entries(b, list) : [];
  if (!name) return undefined;
  if (!list || b.problems.damaged(startOf(node), endOf(node))) {
    b.unreadable.push(name);
    return undefined;
  }
  return { kind: 'dataset', doc: b.docAt(startOf(node)), name, entries: read, span: spanOf(b, node) };
}

function lacksSettings(b: Build, kind: string, at: number, example: string): void {
  if (b.problems.damaged(at, at)) return;
  b.problems.error('E0113', `this \`${kind}\` lacks its settings`, at, at, {
    label: '`{` expected',
    help: [`write it as in ${example}`],
  });
}

function entries(b: Build, node: CstNode): readonly DatasetEntry[] {
  const separators = [...commasOf(node), ...tokensOf(node, 'Terminator')];
  return separated(b, separators, nodesOf(node, 'entry')).flatMap((child) => entry(b, child));
}

function entry(b: Build, node: CstNode): readonly DatasetEntry[] {
  const start = startOf(node);
  const span = spanOf(b, node);
  const read = readEntry(b, node, span);
  const help = ['settings stand one on a line, or with commas between them'];
  for (const rest of nodesOf(node, 'junkInList')) junk(b, rest, start, help);
  return read.map((one) => (one.kind === 'setting' ? { ...one, value: guard(b, one.value, start, endOf(node)) } : one));
}

function readEntry(b: Build, node: CstNode, span: DatasetEntry['span']): readonly DatasetEntry[] {
  const fields = nodeOf(node, 'fields');
  if (fields) return [{ kind: 'sample', fields: parameters(b, fields), span }];
  const token = tokenOf(node, 'Name');
  if (!token) return [];
  const name = identifier(b, token);
  const group = nodeOf(node, 'entries');
  if (group) return [{ kind: 'group', name, entries: entries({ ...b, depth: b.depth + 1 }, group), span }];
  return [{ kind: 'setting', name, value: settingValue(b, node, name), span }];
}

function settingValue(b: Build, node: CstNode, name: Identifier): Expression {
  const assignment = nodeOf(node, 'assignment');
  const colon = tokenOf(node, 'Colon');
  const value = nodeOf(assignment, 'expression') ?? nodeOf(node, 'expression');
  if (colon) {
    const at = colon.startOffset;
    b.problems.error('E0101', `a setting is given with \`=\`: \`${name.name} = …\``, at, at + 1, {
      recovered: true,
      fixes: [b.problems.fix('Write `=`', at, at + 1, ' =')],
    });
  }
  if (value) return expression(b, value);
  const equals = tokenOf(assignment, 'Equals') ?? colon;
  const what = equals ? `\`${name.name} =\`` : `\`${name.name}\``;
  const help = equals ? [] : [`write \`${name.name} = value\``];
  return missingValue(b, what, equals ? tokenEnd(equals) : name.span.end, help);
}

/** The names of `train [Name:] Model on Dataset`, of which any may be missing. */
function trainNames(node: CstNode) {
  const names = tokensOf(node, 'Name');
  const [on, colon, brackets] = [tokenOf(node, 'On'), tokenOf(node, 'Colon'), nodeOf(node, 'arguments')];
  const first = colon ? names.find((token) => token.startOffset > colon.startOffset) : names[0];
  const model = on && first && first.startOffset > on.startOffset ? undefined : first;
  const name = colon ? names.find((token) => token.startOffset < colon.startOffset) : undefined;
  const from = on?.startOffset ?? (brackets ? startOf(brackets) : (model?.startOffset ?? 0));
  const data = names.find((token) => token.startOffset > from && token !== model);
  return { name, model, data, on, colon };
}

const trainExample = '`train Net on Digits { loss = cross_entropy(output, label) … }`';

export function train(b: Build, node: CstNode): TrainDeclaration | undefined {
  const keyword = tokenOf(node, 'Train');
  if (!keyword) return undefined;
  const brackets = nodeOf(node, 'arguments');
  const { name, model, data, on, colon } = trainNames(node);
  const trained = requireName(b, model, colon ?? keyword, trainExample);
  const used = on ? requireName(b, data, on, trainExample) : data && identifier(b, data);
  if (!on && trained) {
    const at = brackets ? endOf(brackets) : trained.span.end;
    b.problems.error('E0113', 'this `train` does not say `on` which data set', at, at, {
      label: '`on` expected',
      help: [`write it as in ${trainExample}`],
      fixes: data ? [b.problems.fix('Insert `on`', at, at, ' on')] : [],
    });
  }
  const config = (brackets ? callArguments(b, brackets) : []).map((one) => ({
    ...one,
    value: guard(b, one.value, one.span.start, one.span.end),
  }));
  const list = nodeOf(node, 'entries');
  if (!list) lacksSettings(b, 'train', endOf(node), trainExample);
  const settings = (list ? entries(b, list) : []).flatMap((one) => {
    if (one.kind === 'setting') return [{ name: one.name, value: one.value, span: one.span }];
    b.problems.error('E0101', 'a training has no groups of settings', one.span.start, one.span.end, {
      help: ['write `name = value`, one on a line'],
    });
    return [];
  });
  const lost = nodesOf(list, 'entry').length !== settings.length;
  if (!trained || !used || lost) return undefined;
  const title = name ? { name: identifier(b, name) } : {};
  return {
    kind: 'train',
    doc: b.docAt(startOf(node)),
    ...title,
    model: trained,
    config,
    dataset: used,
    settings,
    span: spanOf(b, node),
  };
}
