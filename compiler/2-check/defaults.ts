/**
 * Defaults of configuration: most are known before the inputs, but one may also be computed from the inputs' dimensions, as
 * in `layer BatchNorm2d(num_features: int = C)(x: f32[N, C, H, W])`. Says which ones have to wait; evaluates nothing.
 */
import type { Block, Expression, Parameter } from '../1-parse/ast.ts';

/** The names that stand alone as a dimension in the inputs' types, and so are bound by them unless they are known. */
export function dimensionNames(inputs: readonly Parameter[]): ReadonlySet<string> {
  const names = inputs.flatMap(({ type }) => {
    if (type.kind !== 'tensor') return [];
    const sizes = (type.dims ?? []).map((node) => (node.kind === 'spread' ? node.name.name : bareName(node.value)));
    return [...sizes, type.element.kind === 'class' ? bareName(type.element.count) : undefined];
  });
  return new Set(names.filter((name) => name !== undefined));
}

const bareName = (value: Expression): string | undefined => (value.kind === 'name' ? value.name : undefined);

/** The parameters, of those without an argument, whose default needs the inputs' dimensions or another such parameter. */
export function lateDefaults(
  config: readonly Parameter[],
  inputs: readonly Parameter[],
  given: (parameter: Parameter) => boolean,
): ReadonlySet<Parameter> {
  const late = new Set<Parameter>();
  if (!config.some((parameter) => parameter.default && !literal(parameter.default) && !given(parameter))) return late;
  const waiting = new Set(dimensionNames(inputs));
  for (const parameter of config) waiting.delete(parameter.name.name);
  for (const parameter of config) {
    if (given(parameter) || !parameter.default || !mentions(parameter.default, waiting)) continue;
    late.add(parameter);
    waiting.add(parameter.name.name);
  }
  return late;
}

/** Most defaults: nothing in them has to wait. */
const literal = ({ kind }: Expression): boolean => kind === 'number' || kind === 'bool' || kind === 'string';

function mentions(expression: Expression, names: ReadonlySet<string>): boolean {
  const any = (...parts: readonly Expression[]): boolean => parts.some((part) => mentions(part, names));
  switch (expression.kind) {
    case 'name':
      return names.has(expression.name);
    case 'member':
    case 'index':
      return any(expression.object);
    case 'call':
      return any(...expression.arguments.map(({ value }) => value));
    case 'unary':
      return any(expression.operand);
    case 'binary':
      return any(expression.left, expression.right);
    case 'range':
      return any(expression.from, expression.to);
    case 'tuple':
    case 'list':
      return any(...expression.items);
    case 'if': {
      const results = [expression.then, expression.else].flatMap((block: Block | undefined) => block?.result ?? []);
      return any(expression.condition, ...results);
    }
    default:
      return false;
  }
}
