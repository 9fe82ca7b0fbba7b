/**
 * Random draws in a body: `uniform(low, high)`, `normal(mean, std)`, `bernoulli(p)`. A draw is made anew each step: one
 * number, one for each element inside a comprehension, one for each sample in an augment; `shape=` draws a tensor.
 * All come from the operator `random`, uniform in [0, 1), by the number of the draw in its program.
 */
import type { Expression } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { TensorType } from '../ops/types.ts';
import type { Given } from './arguments.ts';
import { withLeads } from './leads.ts';
import { describe } from './show.ts';
import { fail, inAugment, type Site } from './site.ts';
import type { TypedExpr } from './typed.ts';
import { asDim, floatValue, poison, type TensorValue, tensorOf, toTensor, type Value } from './values.ts';

type Call = Extract<Expression, { kind: 'call' }>;
type Apply = (op: string, ...args: readonly Value[]) => Value;

interface Distribution {
  readonly parameters: readonly { readonly name: string; readonly default: number }[];
  readonly make: (draw: () => TensorValue, apply: Apply, parameters: readonly Value[]) => Value;
}

const distributions: ReadonlyMap<string, Distribution> = new Map(
  Object.entries<Distribution>({
    uniform: {
      parameters: [
        { name: 'low', default: 0 },
        { name: 'high', default: 1 },
      ],
      make: (draw, apply, [low, high]) => apply('add', low, apply('mul', apply('sub', high, low), draw())),
    },
    /** Box and Muller 1958, one number for two draws. */
    normal: {
      parameters: [
        { name: 'mean', default: 0 },
        { name: 'std', default: 1 },
      ],
      make: (draw, apply, [mean, std]) => {
        const radius = apply('sqrt', apply('mul', floatValue(-2), apply('log', apply('sub', floatValue(1), draw()))));
        const wave = apply('cos', apply('mul', floatValue(2 * Math.PI), draw()));
        return apply('add', mean, apply('mul', std, apply('mul', radius, wave)));
      },
    },
    bernoulli: {
      parameters: [{ name: 'p', default: 0.5 }],
      make: (draw, apply, [p]) => apply('lt', draw(), p),
    },
  }),
);

export const distributionNames: readonly string[] = [...distributions.keys()];

/** The value of a draw; undefined where the callee is no distribution. */
export function evaluateDraw(name: string, call: Call, given: readonly Given[], site: Site): Value | undefined {
  const distribution = distributions.get(name);
  if (!distribution) return undefined;
  const values = parametersOf(name, distribution, given, site);
  if (!values) return poison;
  const apply: Apply = (op, ...args) => site.checker.elementwise(op, args, call.span, site);
  return distribution.make(() => drawn(values.shape, call.span, site), apply, values.parameters);
}

function drawn(shape: TensorType['shape'], span: Span, site: Site): TensorValue {
  const type = withLeads({ element: 'f32', shape }, site.leads);
  // In an augment the first axis counts samples.
  const attributes = { shape: type.shape, site: site.unit.nextDraw++, perSample: inAugment(site.frame) };
  const expr: TypedExpr = { kind: 'op', op: 'random', args: [], attributes, type, span };
  return tensorOf(expr, [], site.leads);
}

interface Values {
  readonly parameters: readonly Value[];
  readonly shape: TensorType['shape'];
}

function parametersOf(
  name: string,
  { parameters }: Distribution,
  given: readonly Given[],
  site: Site,
): Values | undefined {
  const values: Value[] = parameters.map((parameter) => floatValue(parameter.default));
  let shape: TensorType['shape'] | undefined = [];
  let next = 0;
  for (const argument of given) {
    const { value = poison } = argument;
    if (value.kind === 'poison') return undefined;
    if (argument.name?.name === 'shape') {
      shape = shapeOf(value);
      if (!shape) return wrong(`the shape of ${name} must be sizes, not ${describe(value)}`, argument.span, site);
      continue;
    }
    const index = argument.name ? parameters.findIndex((p) => p.name === argument.name?.name) : next++;
    if (!parameters[index]) {
      const known = [...parameters.map((p) => p.name), 'shape'].join(', ');
      fail(site, {
        code: argument.name ? 'E0401' : 'E0403',
        message: argument.name
          ? `${name} has no argument ${argument.name.name}`
          : `${name} is given too many arguments`,
        span: (argument.name ?? argument).span,
        help: [`it takes ${known}`],
      });
      return undefined;
    }
    const number = toTensor(value, argument.span);
    if (!number || !['f32', 'i32'].includes(number.type.element)) {
      return wrong(
        `${parameters[index].name} of ${name} must be a number, not ${describe(value)}`,
        argument.span,
        site,
      );
    }
    values[index] = value;
  }
  return { parameters: values, shape };
}

function shapeOf(value: Value): TensorType['shape'] | undefined {
  const items = value.kind === 'tuple' ? value.items : [value];
  const sizes = items.flatMap((item) => asDim(item) ?? []);
  return sizes.length === items.length ? sizes : undefined;
}

function wrong(message: string, span: Span, site: Site): undefined {
  fail(site, {
    code: 'E0404',
    message,
    span,
    help: ['as in uniform(0, 1), normal(0, 0.1, shape=(N, 8)), bernoulli(0.5)'],
  });
  return undefined;
}
