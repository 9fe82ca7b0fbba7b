/** The words for an argument that does not fit the declared type of an input. */
import type { Parameter } from '../1-parse/ast.ts';
import type { Fix, Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { Given } from './arguments.ts';
import type { Matching, Mismatch } from './matching.ts';
import { classFixes, flattenFix, flattens, flattensTo, missingFlatten, pixelFix, sizeFix } from './remedies.ts';
import type { Problem } from './report.ts';
import { textAt } from './show.ts';
import { traceOf } from './trace.ts';
import type { TypedExpr } from './typed.ts';
import type { TensorValue } from './values.ts';

/** The call in which the argument stands. */
export interface CallSite {
  /** The layer's name where it has one (`fc1`), else the declaration's. */
  readonly title: string;
  readonly callee: string;
  readonly kind: 'fn' | 'layer' | 'augment';
  readonly span: Span;
  /** Where the stage starts: at the layer's name, where it has one. */
  readonly stage: Span;
  readonly inputs: number;
  /** The argument `in -> out`, where the call states an input size. */
  readonly arrow?: Given;
}

/** E0301 where the call itself states the size, E0302 to E0303 and E0405, E0501 otherwise. */
export function describeMismatch(
  mismatch: Mismatch,
  parameter: Parameter,
  argument: { readonly value: TensorValue; readonly span: Span },
  call: CallSite,
  matching: Matching,
): Problem {
  const { type, axes } = argument.value;
  const wanted = textAt(parameter.type.span);
  const input = call.inputs === 1 ? 'its input' : `\`${parameter.name.name}\``;
  switch (mismatch.kind) {
    case 'element':
      return elementProblem(wanted, input, argument, call);
    case 'rank':
      return {
        code: 'E0303',
        message: `${call.title} takes ${wanted}, but ${input} is ${showType(type)}`,
        span: argument.span,
        label: `${type.shape.length} ${type.shape.length === 1 ? 'axis' : 'axes'}`,
        ...traceOf([axes.slice(-1)]),
        help: [rankHelp(parameter, type.shape.length)],
        fixes: type.shape.length > 2 && flattens(parameter) ? [flattenFix(call)] : [],
      };
    case 'classes':
      return classProblem(mismatch.expected, mismatch.actual, argument.span, matching);
    case 'dimension': {
      const { name, axis, actual, expected } = mismatch;
      if (call.arrow?.from && name !== undefined && matching.bound.get(name)?.by === undefined) {
        if (flattensTo(expected, type, axis)) return missingFlatten(expected, argument, call, call.arrow);
        return statedSize(name, expected, actual, call, call.arrow, traceOf([[axes[axis]]]));
      }
      const by = name === undefined ? undefined : matching.bound.get(name)?.by;
      const because = by && by !== parameter.name.name ? ` (the ${name} of \`${by}\`)` : '';
      return {
        code: 'E0302',
        message: `${call.title} needs ${dim.show(expected)} at axis ${axis} of ${input}, which is ${showType(type)}`,
        span: argument.span,
        label: `${dim.show(actual)}, expected ${dim.show(expected)}${because}`,
        ...traceOf([[axes[axis]]]),
        help: [`${call.callee} takes ${wanted} for \`${parameter.name.name}\``],
        fixes: sizeFix(axes[axis], expected),
      };
    }
  }
}

/** "fc1 takes 1024 features, but its input has 1152". */
function statedSize(
  name: string,
  expected: Dim,
  actual: Dim,
  call: CallSite,
  arrow: Given,
  trace: ReturnType<typeof traceOf>,
): Problem {
  const span = arrow.from?.span ?? arrow.span;
  const size = dim.show(actual);
  const fixed = replaced(call.span, span, size);
  const out = arrow.expression?.kind === 'arrow' ? textAt(arrow.expression.to.span) : '';
  const inferred = replaced(call.span, arrow.span, out);
  const fixes: Fix[] = [
    { title: `Change to ${size}`, edits: [{ span, text: size }] },
    { title: 'Leave the input size out', edits: [{ span: arrow.span, text: out }] },
  ];
  return {
    code: 'E0301',
    // By convention of the standard library C counts channels, and everything else features.
    message: `${call.title} takes ${dim.show(expected)} ${name === 'C' ? 'channel' : 'feature'}${dim.constant(expected) === 1 ? '' : 's'}, but its input has ${size}`,
    span,
    label: `expected ${size}`,
    ...trace,
    help: [`write \`${fixed}\`, or \`${inferred}\` to have the input size inferred`],
    fixes,
  };
}

/** A value of the wrong element type is one mistake, however often it is used. */
export const elementCause = ({ kind, type, span }: TypedExpr): string | undefined =>
  kind === 'local' ? `element ${type.element} ${span.start} ${span.file.path}` : undefined;

/** The text of `whole` with `part` of it replaced. */
function replaced(whole: Span, part: Span, text: string): string {
  return whole.file.text.slice(whole.start, part.start) + text + whole.file.text.slice(part.end, whole.end);
}

function elementProblem(
  wanted: string,
  input: string,
  argument: { readonly value: TensorValue; readonly span: Span },
  call: CallSite,
): Problem {
  const { type } = argument.value;
  const pixels = type.element === 'u8' && wanted.startsWith('f32');
  const labels = wanted.startsWith('class(');
  const fixes = pixels ? [pixelFix(argument.span, call)] : [];
  let help = `convert it, for example with to_f32(…)`;
  if (pixels) help = 'to_float(…) turns pixels 0..255 into numbers 0..1';
  if (wanted.startsWith('bool')) help = 'a comparison gives truth values, as in `x > 0`';
  if (labels) help = 'class indices come from a field of the data set whose type is class(…)';
  return {
    code: 'E0405',
    cause: elementCause(argument.value.expr),
    message: `${call.title} takes ${wanted}, but ${input} is ${showType(type)}`,
    span: argument.span,
    label: type.classes ? 'class indices' : `elements of type ${type.element}`,
    help: [help],
    fixes,
  };
}

function rankHelp(parameter: Parameter, actual: number): string {
  const dims = parameter.type.kind === 'tensor' ? (parameter.type.dims ?? []) : [];
  const spread = dims.some((node) => node.kind === 'spread');
  const count = spread ? `at least ${dims.length - 1}` : String(dims.length);
  const more = actual > dims.length ? ', for example after flatten' : '; `reshape` gives a tensor more of them';
  return `\`${parameter.name.name}\` has ${count} ${dims.length === 1 ? 'axis' : 'axes'}${more}`;
}

/** The loss and each metric disagree about the same thing: told once. */
function classProblem(expected: Dim, actual: Dim, span: Span, matching: Matching): Problem {
  const message = `the data set has ${dim.show(actual)} classes, the model's output has ${dim.show(expected)}`;
  const outputs = [...matching.bound.values()]
    .filter(({ axes }) => axes.length === 1)
    .flatMap(({ axes }) => axes[0] ?? []);
  return {
    code: 'E0501',
    message,
    cause: message,
    span,
    label: `class indices 0..${dim.show(dim.sub(actual, dim.int(1)))}`,
    ...traceOf([outputs.slice(-1)]),
    help: [`the model should give one number for each of the ${dim.show(actual)} classes`],
    fixes: classFixes(outputs.at(-1), actual),
  };
}
