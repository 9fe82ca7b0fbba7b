/** `fn`, `layer`, `model`, `augment` and `optimizer`: everything with parameters and a body. */

import type { Block, Declaration, Expression, WhereClause } from '../ast.ts';
import type { CstNode, IToken } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import { block } from './blocks.ts';
import { type Build, guard, missingValue, requireName, spanOf } from './context.ts';
import { expression } from './expressions.ts';
import { stringValue } from './literals.ts';
import { parameters } from './parameters.ts';
import { missingType, type } from './types.ts';

const kinds = { fn: 'Fn', layer: 'Layer', model: 'Model', augment: 'Augment', optimizer: 'Optimizer' } as const;
type Kind = keyof typeof kinds;

const examples: Readonly<Record<Kind, string>> = {
  fn: 'fn double(x: f32[...S]) -> f32[...S] { 2 * x }',
  layer: 'layer Scale(by: float = 1)(x: f32[...S]) -> f32[...S] { x * by }',
  model: 'model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] { … }',
  augment: 'augment Flip(p: float = 0.5)(image: f32[C, H, W]) -> f32[C, H, W] { … }',
  optimizer: 'optimizer SGD(lr: float)(p: f32[...S], g: f32[...S], step: int) { update p = p - lr * g }',
};

export function callable(b: Build, node: CstNode): Declaration | undefined {
  const kind = (['fn', 'layer', 'model', 'augment', 'optimizer'] as const).find((one) => tokenOf(node, kinds[one]));
  const keyword = kind && tokenOf(node, kinds[kind]);
  if (!keyword) return undefined;
  const name = requireName(b, tokenOf(node, 'Name'), keyword, `\`${examples[kind]}\``);
  const groups = parameterGroups(b, node, kind, keyword);
  const written = resultType(b, node, kind);
  const result = written?.kind === 'missing' ? undefined : written;
  const where = nodesOf(node, 'where').flatMap((clause) => whereClause(b, clause));
  const intrinsic = tokenOf(node, 'Intrinsic');
  const braces = nodeOf(node, 'block');
  const body = braces && block(b, braces);
  checkBody(b, node, kind, intrinsic, braces);
  if (!name) return undefined;
  if (!isReadable(b, node, kind)) {
    b.unreadable.push(name);
    return undefined;
  }
  const common = { doc: b.docAt(startOf(node)), name, where, span: spanOf(b, node), ...(result ? { result } : {}) };
  if (kind === 'fn') {
    return {
      ...common,
      kind,
      intrinsic: intrinsic !== undefined,
      parameters: groups.inputs,
      ...(body ? { body } : {}),
    };
  }
  const complete = { ...common, ...groups, body: body ?? missingBody(b, endOf(node)) };
  if (kind !== 'optimizer') return { ...complete, kind };
  const { doc, config, inputs, span } = complete;
  return { kind, doc, name, config, inputs, body: complete.body, span };
}

/** Whether a use of it can be checked: nothing of its parameters is lost, and of an optimizer nothing at all. */
function isReadable(b: Build, node: CstNode, kind: Kind): boolean {
  const groups = nodesOf(node, 'parameters');
  const last = groups.at(-1);
  if (!last || b.problems.damaged(startOf(groups[0]), endOf(last) - 1)) return false;
  if (kind === 'optimizer') return !b.problems.damaged(startOf(node), endOf(node));
  return kind !== 'fn' || tokenOf(node, 'Intrinsic') !== undefined || nodeOf(node, 'block') !== undefined;
}

function missingBody(b: Build, at: number): Block {
  const span = b.problems.span(at, at);
  return { statements: [], result: { kind: 'missing', span }, span };
}

/** One group of parameters is the inputs; the first of two is the configuration. */
function parameterGroups(b: Build, node: CstNode, kind: Kind, keyword: IToken) {
  const groups = nodesOf(node, 'parameters');
  const read = groups.map((group) => parameters(b, group));
  const most = kind === 'fn' ? 1 : 2;
  const after = tokenOf(node, 'Name') ?? keyword;
  if (groups.length === 0) {
    const at = tokenEnd(after);
    b.problems.error('E0113', `this \`${kind}\` lacks its inputs`, at, at, {
      label: '`(` expected',
      help: [`write it as in \`${examples[kind]}\``],
    });
  }
  const extra = groups[most];
  if (extra) {
    const has = kind === 'fn' ? 'one group of parameters' : 'a configuration and inputs, no third group';
    b.problems.error('E0113', `a \`${kind}\` has ${has}`, startOf(extra), endOf(extra), {
      help: [`write it as in \`${examples[kind]}\``],
    });
  }
  const [first = [], second] = read;
  return second && kind !== 'fn' ? { config: first, inputs: second } : { config: [], inputs: first };
}

function resultType(b: Build, node: CstNode, kind: Kind) {
  const written = nodeOf(node, 'result');
  if (!written) return undefined;
  if (kind === 'optimizer') {
    b.problems.error(
      'E0113',
      'an optimizer has no result: it updates its parameter',
      startOf(written),
      endOf(written),
      {
        fixes: [b.problems.fix('Remove the type', startOf(written), endOf(written), '')],
      },
    );
    return undefined;
  }
  const inner = nodeOf(written, 'type');
  return inner ? type(b, inner) : missingType(b, '`->`', endOf(written));
}

function checkBody(
  b: Build,
  node: CstNode,
  kind: Kind,
  intrinsic: IToken | undefined,
  body: CstNode | undefined,
): void {
  const end = endOf(node);
  if (intrinsic && kind !== 'fn') {
    b.problems.error('E0113', 'only a `fn` can be intrinsic', intrinsic.startOffset, tokenEnd(intrinsic), {});
  } else if (intrinsic && body) {
    b.problems.error('E0113', 'an intrinsic function has no body', startOf(body), startOf(body) + 1, {
      help: ['what it computes stands in the compiler; leave out either the body or `intrinsic`'],
    });
  } else if (!intrinsic && !body && !b.problems.damaged(startOf(node), end)) {
    b.problems.error('E0113', `this \`${kind}\` lacks its body`, end, end, {
      label: '`{` expected',
      help: [`write it as in \`${examples[kind]}\``],
    });
  }
}

function whereClause(b: Build, node: CstNode): readonly WhereClause[] {
  const keyword = tokenOf(node, 'Where');
  const condition = nodeOf(node, 'expression');
  const otherwise = tokenOf(node, 'Else');
  const text = tokenOf(node, 'TextLiteral');
  const help = ['write `where C % groups == 0 else "groups={groups} does not divide {C}"`'];
  if (!keyword) return [];
  const read: Expression = condition ? expression(b, condition) : missingValue(b, '`where`', tokenEnd(keyword), help);
  if (condition && !(otherwise && text)) {
    const at = otherwise ? tokenEnd(otherwise) : endOf(condition);
    const what = otherwise ? 'a message in quotes' : '`else` and a message';
    b.problems.error('E0113', `this \`where\` lacks ${what} for when it does not hold`, at, at, { help });
  }
  const message = text ? stringValue(b, text) : '';
  return [{ condition: guard(b, read, startOf(node), endOf(node)), message, span: spanOf(b, node) }];
}
