/** Edits that mend what a message is about, where one remedy is the obvious one. Each is tried before it is offered. */
import type { Parameter, TrainDeclaration, TypeNode } from '../1-parse/ast.ts';
import type { Fix, Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import type { Given } from './arguments.ts';
import type { Callable } from './instantiate.ts';
import type { CallSite } from './mismatch.ts';
import type { Problem } from './report.ts';
import { textAt } from './show.ts';
import { traceOf } from './trace.ts';
import type { TypedExpr } from './typed.ts';
import type { Provenance, TensorValue } from './values.ts';

const insert = (at: Span, text: string): Fix['edits'][number] => ({ span: { ...at, end: at.start }, text });

/** A stage before this one. */
const stageBefore = (stage: string, { stage: at }: CallSite): Fix => ({
  title: `Insert ${stage} before it`,
  edits: [insert(at, `${stage} |> `)],
});

export const flattenFix = (call: CallSite): Fix => stageBefore('flatten', call);

/** Whether an input of this type takes what `flatten` gives: the batch and one more axis. */
export const flattens = ({ type }: Parameter): boolean => type.kind === 'tensor' && type.dims?.length === 2;

/** Whether the size that the last axis should have is that of all axes but the batch together. */
export function flattensTo(expected: Dim, { shape }: TensorType, axis: number): boolean {
  return shape.length > 2 && axis === shape.length - 1 && dim.equal(dim.product(shape.slice(1)), expected);
}

/** E0301 where the size is right, but the axes were never joined. */
export function missingFlatten(
  expected: Dim,
  { value, span }: { readonly value: TensorValue; readonly span: Span },
  call: CallSite,
  arrow: Given,
): Problem {
  const sizes = value.type.shape.slice(1).map(dim.show);
  return {
    code: 'E0301',
    message: `${call.title} takes ${dim.show(expected)} features, but its input, ${showType(value.type)}, is not flattened`,
    span: arrow.from?.span ?? span,
    label: `${sizes.join(' * ')} over ${sizes.length} axes`,
    ...traceOf([value.axes.slice(-1)]),
    help: [`write \`flatten |> ${textAt({ ...call.span, start: call.stage.start })}\``],
    fixes: [flattenFix(call)],
  };
}

/** Pixels as numbers; a pipe's input has no place of its own to wrap, so a stage comes before the one that needs it. */
export function pixelFix(argument: Span, call: CallSite): Fix {
  if (argument === call.span) return stageBefore('to_float', call);
  return { title: 'Convert with to_float', edits: [{ span: argument, text: `to_float(${textAt(argument)})` }] };
}

/** `MaxPool2d(2 -> 2)`: what stands right of the arrow. */
export function arrowFix({ expression, span }: Given): readonly Fix[] {
  if (expression?.kind !== 'arrow') return [];
  const to = textAt(expression.to.span);
  return [{ title: `Change to ${to}`, edits: [{ span, text: to }] }];
}

/** The number in the source that a size is, seen through what only passes it on. */
export function statedAt(axis: Provenance | undefined): Span | undefined {
  const { from, stated, arithmetic } = axis?.origin?.() ?? { from: [] };
  if (stated || arithmetic !== undefined || from.length !== 1) return stated;
  return statedAt(from[0]);
}

/** E0305 of a body: the declared type, or the one number that would give it. */
export function resultRemedies(
  result: TensorValue,
  declared: TensorType,
  declaration: Callable,
): Pick<Problem, 'help' | 'fixes'> {
  const { shape } = result.type;
  const wrong = shape.flatMap((size, i) => (declared.shape[i] && !dim.equal(size, declared.shape[i]) ? [i] : []));
  const fixes: Fix[] = [];
  const [axis] = wrong;
  const one = wrong.length === 1 && shape.length === declared.shape.length;
  if (one) fixes.push(...sizeFix(result.axes[axis], declared.shape[axis]));
  const unflattened = declared.shape.length === 2 && shape.length > 2 ? firstOverAxes(result.expr) : undefined;
  if (unflattened) fixes.push(unflattened);
  const open = shape.some((size) => dim.symbols(size).length > 1);
  // The sizes of a layer or function are those of one use; its type holds for all.
  if (declaration.kind === 'model' && declaration.result && !open && !unflattened) {
    const actual = showType(result.type);
    fixes.push({ title: `Declare ${actual}`, edits: [{ span: declaration.result.span, text: actual }] });
  }
  const choices = fixes.map(({ title }) => `${title[0].toLowerCase()}${title.slice(1)}`);
  return { help: [choices.length > 0 ? choices.join(', or ') : 'change the declared type or the body'], fixes };
}

/** `flatten` before the first of the layers that work on the last axis alone and so leave all others as they are. */
function firstOverAxes(result: TypedExpr): Fix | undefined {
  let found: TypedExpr | undefined;
  for (let at: TypedExpr | undefined = result; at?.kind === 'call' || at?.kind === 'op'; at = at.args[0]) {
    const { shape } = at.type;
    const before = at.args[0]?.type.shape ?? [];
    const others = before.length === shape.length && shape.slice(0, -1).every((size, i) => dim.equal(size, before[i]));
    if (
      at.kind === 'call' &&
      at.instance.kind === 'layer' &&
      others &&
      !dim.equal(shape[shape.length - 1], before[before.length - 1])
    )
      found = at;
    if (before.length < 3) break;
  }
  if (found?.kind !== 'call') return undefined;
  const { span, instance } = found;
  const name = /[A-Za-z_]\w*\s*:\s*$/.exec(span.file.text.slice(0, span.start));
  const start = name?.index ?? span.start;
  const title = `Insert flatten before ${instance.path || instance.callee}`;
  return { title, edits: [insert({ ...span, start }, 'flatten |> ')] };
}

/** The number that a size was written as, made the one that is wanted. */
export function sizeFix(axis: Provenance | undefined, wanted: Dim): Fix[] {
  const stated = statedAt(axis);
  const text = dim.show(wanted);
  return stated ? [{ title: `Change ${textAt(stated)} to ${text}`, edits: [{ span: stated, text }] }] : [];
}

/** Sizes that should be equal: each number that one of them was written as could be the other. */
export function agreeFixes(axes: readonly { readonly axis: Provenance | undefined; readonly size: Dim }[]): Fix[] {
  return axes.flatMap(({ axis }, i) => {
    const other = axes.find((_, j) => j !== i);
    return other ? sizeFix(axis, other.size) : [];
  });
}

/** E0501: what makes the model give as many outputs as there are classes. */
export const classFixes = (output: Provenance | undefined, classes: Dim): readonly Fix[] =>
  output?.origin?.().resized?.(dim.show(classes)) ?? [];

/** The model's outputs made as many as a data set has classes: where they are configuration, by the `train`, else in place. */
export function outputFixes(
  train: TrainDeclaration,
  result: TypeNode | undefined,
  axis: number,
  output: Provenance | undefined,
  size: string,
): readonly Fix[] {
  const node = result?.kind === 'tensor' ? result.dims?.[axis] : undefined;
  if (node?.kind !== 'size') return [];
  const { value } = node;
  if (value.kind === 'name') {
    const { name } = value;
    const given = train.config.find((argument) => argument.name?.name === name);
    const title = `Train with ${name}=${size}`;
    if (given) return [{ title, edits: [{ span: given.value.span, text: size }] }];
    const { span } = train.model;
    const at = { ...span, start: span.end };
    return train.config.length > 0 ? [] : [{ title, edits: [{ span: at, text: `(${name}=${size})` }] }];
  }
  const stated = statedAt(output);
  if (value.kind !== 'number' || !stated || textAt(stated) !== textAt(value.span)) return [];
  const edits = [stated, value.span].map((span) => ({ span, text: size }));
  return [{ title: `Change ${textAt(stated)} to ${size}`, edits }];
}
