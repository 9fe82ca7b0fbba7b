/** What the checker inferred and the source leaves out: a `let`'s type, a layer's input size. For hints, and for writing it down. */
import type { Expression, Statement } from '../1-parse/ast.ts';
import type { Fix, Span } from '../diagnostics/diagnostic.ts';
import { appliedIn, argumentFor, arrowParameter, asNumber, declarationOf, inputSize, instanceOf } from './calls.ts';
import { shapeOfAll, typeOfAll } from './shapes.ts';
import { expressionsIn, statementsIn } from './syntax.ts';
import type { Checked } from './workspace.ts';

/** A text that could stand at a place. */
export interface Inferred {
  /** Empty: where the text would be put. */
  readonly at: Span;
  /** What it is about. */
  readonly of: Span;
  readonly text: string;
  /** As a hint shows it. */
  readonly shown: string;
  /** Whether it may be written: it is the same in every use. */
  readonly certain: boolean;
}

const endOf = (span: Span): Span => ({ ...span, start: span.end });
const startOf = (span: Span): Span => ({ ...span, end: span.start });

/** The types of `let`s that state none. */
export const letTypes = (checked: Checked): readonly Inferred[] =>
  statementsIn(checked.module).flatMap((statement) => letType(statement, checked) ?? []);

function letType(statement: Statement, { knowledge }: Checked): Inferred | undefined {
  if (statement.kind !== 'let' || statement.type || statement.names.length !== 1) return undefined;
  const [name] = statement.names;
  const tensors = knowledge.tensors(statement.value);
  if (tensors.length < knowledge.outcomes(statement.value).length) return undefined;
  const type = typeOfAll(tensors);
  const shape = shapeOfAll(tensors);
  if (type === undefined || shape === undefined || !name) return undefined;
  return { at: endOf(name.span), of: statement.span, text: `: ${type}`, shown: `: ${shape}`, certain: isOne(type) };
}

/** The input sizes of layers that state only their output's. */
export const inputSizes = (checked: Checked): readonly Inferred[] =>
  expressionsIn(checked.module).flatMap((expression) => statedSize(expression, checked) ?? []);

function statedSize(expression: Expression, { knowledge, scope }: Checked): Inferred | undefined {
  if (expression.kind !== 'call') return undefined;
  const applied = appliedIn(expression);
  const declaration = applied && declarationOf(applied.callee.name, scope);
  const parameter = arrowParameter(declaration);
  if (!declaration || !parameter?.from || !('config' in declaration)) return undefined;
  const argument = argumentFor(parameter, declaration.config, expression.arguments);
  const { name } = parameter.from;
  if (!argument || argument.value.kind === 'arrow' || argument.value.kind === 'missing') return undefined;
  const instances = knowledge.outcomes(expression).flatMap(({ value }) => instanceOf(value) ?? []);
  const sizes = new Set(instances.map((instance) => asNumber(inputSize(declaration, name, instance))));
  const [size] = sizes;
  if (size === undefined || sizes.size !== 1) return undefined;
  const text = `${size} -> `;
  return { at: startOf(argument.value.span), of: expression.span, text, shown: text, certain: true };
}

const isOne = (type: string): boolean => !/[…|]/.test(type);

/** What can be written down between two places, each as an edit. */
export function inferredAt(checked: Checked, from: number, to: number): readonly Fix[] {
  const near = ({ of }: Inferred): boolean => of.start <= to && from <= of.end;
  const fix =
    (title: (text: string) => string) =>
    ({ at, text }: Inferred): Fix => ({ title: title(text.trim()), edits: [{ span: at, text }] });
  const types = letTypes(checked).filter((each) => near(each) && each.certain);
  const sizes = inputSizes(checked).filter(near);
  return [
    ...types.map(fix((text) => `Write the inferred type${text}`)),
    ...sizes.map(fix((text) => `State the input size: ${text}`)),
  ];
}
