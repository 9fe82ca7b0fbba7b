/** Brings the arguments of a call to the parameters of a declaration: by position, then by name. No types here. */
import type { Argument, Expression, Identifier, Parameter } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Problem } from './report.ts';
import { nearest } from './suggest.ts';
import type { Value } from './values.ts';

/** One argument: written in the call, or handed in by a pipe; `value` once it is evaluated. */
export interface Given {
  readonly name?: Identifier;
  readonly span: Span;
  readonly expression?: Expression;
  readonly value?: Value;
  /** The left side of `in -> out`. */
  readonly from?: { readonly value: Value; readonly span: Span };
}

export const fromArgument = (argument: Argument): Given => ({
  name: argument.name,
  span: argument.value.span,
  expression: argument.value,
});

export interface Binding {
  readonly bound: ReadonlyMap<string, Given>;
  readonly problems: readonly Problem[];
}

/**
 * `callee` is the name in messages, `span` the place of the call. Problems: E0401 for an unknown name, E0402 for a
 * missing argument, E0403 for one given twice or too many.
 */
export function bindArguments(
  callee: string,
  parameters: readonly Parameter[],
  given: readonly Given[],
  span: Span,
): Binding {
  const bound = new Map<string, Given>();
  const problems: Problem[] = [];
  const positional = given.filter((g) => !g.name);
  const sizes = twoSizes(callee, parameters, given);
  if (sizes) return { bound, problems: [sizes] };
  for (const [i, argument] of positional.entries()) {
    const parameter = parameters[i];
    if (parameter) bound.set(parameter.name.name, argument);
    else if (i === parameters.length) problems.push(tooMany(callee, parameters, positional.length, argument.span));
  }
  for (const argument of given) {
    if (!argument.name) continue;
    const { name, span: nameSpan } = argument.name;
    const parameter = parameters.find((p) => p.name.name === name);
    const before = bound.get(name);
    if (!parameter) problems.push(unknown(callee, parameters, name, nameSpan));
    else if (before) {
      problems.push({
        code: 'E0403',
        message: `${callee} is given ${name} twice`,
        span: nameSpan,
        label: 'a second time here',
        notes: [{ span: before.span, message: `this is ${name} already` }],
        help: ['remove one of the two'],
      });
    } else bound.set(name, argument);
  }
  if (problems.length > 0) return { bound, problems };
  const missing = parameters.filter((p) => !p.default && !bound.has(p.name.name));
  if (missing.length > 0) {
    const names = missing.map((p) => p.name.name).join(' and ');
    problems.push({
      code: 'E0402',
      message: `${callee} needs ${names}`,
      span,
      label: `${names} ${missing.length > 1 ? 'are' : 'is'} missing`,
      help: [`write ${callee}(${parameters.map(signature).join(', ')})`],
    });
  }
  return { bound, problems };
}

/** `Linear(1152, 64)`, as PyTorch has it: both sizes by position, where `in -> out` is meant. */
function twoSizes(callee: string, [first, second]: readonly Parameter[], given: readonly Given[]): Problem | undefined {
  const [from, to] = given;
  const numbers = [from, to].every((g) => g && !g.name && g.expression?.kind === 'number');
  if (!first?.from || !second || !from || !to || !numbers) return undefined;
  const flag = second.type.kind === 'scalar' && second.type.name === 'bool';
  const text = (span: Span): string => span.file.text.slice(span.start, span.end);
  const again = given.find(({ name }) => name?.name === second.name.name);
  // `Conv2d(8, 3, kernel=3)` says the same thing twice.
  if (!flag && (!again || text(again.span) === text(to.span))) return undefined;
  const between = { ...from.span, start: from.span.end, end: to.span.start };
  return {
    code: 'E0404',
    message: `the sizes of a ${callee} are written \`${text(from.span)} -> ${text(to.span)}\``,
    span: { ...from.span, end: to.span.end },
    label: 'two arguments',
    help: [`\`${callee}(${text(to.span)}${given.length > 2 ? ', …' : ''})\` has the input size inferred`],
    fixes: [{ title: 'Write ->', edits: [{ span: between, text: ' -> ' }] }],
  };
}

const signature = (parameter: Parameter): string =>
  parameter.default
    ? `${parameter.name.name}=${parameter.default.span.file.text.slice(parameter.default.span.start, parameter.default.span.end)}`
    : parameter.name.name;

function tooMany(callee: string, parameters: readonly Parameter[], count: number, span: Span): Problem {
  const names = parameters.map((p) => p.name.name).join(', ');
  const takes = parameters.length === 0 ? 'no arguments' : `${parameters.length} (${names})`;
  return {
    code: 'E0403',
    message: `${callee} is given ${count} arguments but takes ${takes}`,
    span,
    label: 'one too many',
    help: ['remove what it does not take'],
  };
}

function unknown(callee: string, parameters: readonly Parameter[], name: string, span: Span): Problem {
  const names = parameters.map((p) => p.name.name);
  const near = nearest(name, names);
  return {
    code: 'E0401',
    message: `${callee} has no argument ${name}`,
    span,
    label: near ? `did you mean ${near}?` : 'unknown',
    help: [names.length > 0 ? `it takes ${parameters.map(signature).join(', ')}` : 'it takes no arguments'],
    fixes: near ? [{ title: `Change to ${near}`, edits: [{ span, text: near }] }] : [],
  };
}
