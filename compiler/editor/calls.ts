/** Layers and functions where they are applied: what was declared, what they were applied as. */
import type { Argument, Expression, Parameter } from '../1-parse/ast.ts';
import { lookup, type ModuleScope, type NamedDeclaration } from '../2-check/modules.ts';
import type { TypedInstance } from '../2-check/typed.ts';
import type { Value } from '../2-check/values.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { unnamed } from './syntax.ts';

/** The name that is applied, and its arguments. */
export interface Applied {
  readonly callee: Extract<Expression, { kind: 'name' }>;
  readonly arguments: readonly Argument[];
}

/** `relu`, `conv1: Conv2d(32)`; undefined for what applies nothing by name. */
export function appliedIn(stage: Expression): Applied | undefined {
  const bare = unnamed(stage);
  if (bare.kind === 'name') return { callee: bare, arguments: [] };
  if (bare.kind !== 'call') return undefined;
  return bare.callee.kind === 'name' ? { callee: bare.callee, arguments: bare.arguments } : undefined;
}

export const declarationOf = (name: string, scope: ModuleScope): NamedDeclaration | undefined =>
  lookup(scope, name)?.declarations[0];

/** The instance that a value is a result of. */
export const instanceOf = (value: Value): TypedInstance | undefined =>
  value.kind === 'tensor' && value.expr.kind === 'call' ? value.expr.instance : undefined;

/** The configuration parameter that `in -> out` stands for. */
export const arrowParameter = (declaration: NamedDeclaration | undefined): Parameter | undefined =>
  declaration && 'config' in declaration ? declaration.config.find(({ from }) => from) : undefined;

/** The argument that gives a parameter: by name, else by its place. */
export function argumentFor(
  parameter: Parameter,
  config: readonly Parameter[],
  given: readonly Argument[],
): Argument | undefined {
  const named = given.find(({ name }) => name?.name === parameter.name.name);
  return named ?? given.filter(({ name }) => !name)[config.indexOf(parameter)];
}

/** The size that the input has where the declaration's arrow names it: the `1152` of `Linear(1152 -> 64)`. */
export function inputSize(declaration: NamedDeclaration, name: string, { inputs }: TypedInstance): Dim | undefined {
  if (!('inputs' in declaration)) return undefined;
  for (const [i, { type }] of declaration.inputs.entries()) {
    const dims = type.kind === 'tensor' ? (type.dims ?? []) : [];
    const at = dims.findIndex((node) => node.kind === 'size' && node.value.kind === 'name' && node.value.name === name);
    const shape = inputs[i]?.type.shape;
    if (at < 0 || !shape) continue;
    const spread = dims.findIndex(({ kind }) => kind === 'spread');
    return shape[spread >= 0 && spread < at ? shape.length - (dims.length - at) : at];
  }
  return undefined;
}

/** A size that can be written as a number. */
export const asNumber = (size: Dim | undefined): number | undefined => size && dim.constant(size);
