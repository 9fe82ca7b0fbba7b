/** Edits that mend what a message is about, where one remedy is the obvious one. Each is tried before it is offered. */
import type { Parameter } from '../1-parse/ast.ts';
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
  const stated = wrong.length === 1 && shape.length === declared.shape.length ? statedAt(result.axes[axis]) : undefined;
  const wanted = axis === undefined ? '' : dim.show(declared.shape[axis]);
  if (stated) fixes.push({ title: `Change ${textAt(stated)} to ${wanted}`, edits: [{ span: stated, text: wanted }] });
  const open = shape.some((size) => dim.symbols(size).length > 1);
  // The sizes of a layer or function are those of one use; its type holds for all.
  if (declaration.kind === 'model' && declaration.result && !open) {
    const actual = showType(result.type);
    fixes.push({ title: `Declare ${actual}`, edits: [{ span: declaration.result.span, text: actual }] });
  }
  const choices = fixes.map(({ title }) => `${title[0].toLowerCase()}${title.slice(1)}`);
  return { help: [choices.length > 0 ? choices.join(', or ') : 'change the declared type or the body'], fixes };
}

/** E0501: the number of the last layer's outputs, and the same number in the model's declared type. */
export function classFixes(output: Provenance | undefined, classes: Dim): Fix[] {
  const stated = output?.origin?.().stated;
  const declared = output && textAt(output.span);
  const size = output && dim.show(output.type.shape[output.axis]);
  const at = declared?.lastIndexOf(size ?? '') ?? -1;
  const text = dim.show(classes);
  if (!output || !stated || !size || at < 0 || textAt(stated) !== size) return [];
  const start = output.span.start + at;
  return [
    {
      title: `Change ${size} to ${text}`,
      edits: [
        { span: stated, text },
        { span: { ...output.span, start, end: start + size.length }, text },
      ],
    },
  ];
}
