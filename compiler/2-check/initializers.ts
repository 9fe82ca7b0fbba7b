/**
 * Start values of parameters, as `torch.nn.init` defines them, resolved for the parameter's shape: what is left is a
 * constant, a uniform or a normal distribution, the latter between bounds perhaps.
 */
import type { Expression } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import { fail, type Site } from './site.ts';
import { nearest } from './suggest.ts';
import type { Initializer } from './typed.ts';
import { asNumber } from './values.ts';

interface Rule {
  /** For the reference of the library. */
  readonly doc: string;
  /** Names in order, with their defaults; undefined where one must be given. */
  readonly parameters: readonly { readonly name: string; readonly default?: number }[];
  /** What is wrong with values that no distribution has. */
  readonly problem?: (...values: number[]) => string | undefined;
  readonly make: (fan: { readonly in: number; readonly out: number }, ...values: number[]) => Initializer;
}

const uniform = (bound: number): Initializer => ({ kind: 'uniform', low: -bound, high: bound });
const normal = (std: number): Initializer => ({ kind: 'normal', mean: 0, std });
/** The gain of a leaky ReLU with slope a; He et al. 2015. */
const gain = (a: number): number => Math.sqrt(2 / (1 + a * a));

/** By name, in the order of the library's reference. */
export const initializers: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Rule>({
    zeros: {
      doc: 'Zeros.',
      parameters: [],
      make: () => ({ kind: 'constant', value: 0 }),
    },
    ones: {
      doc: 'Ones.',
      parameters: [],
      make: () => ({ kind: 'constant', value: 1 }),
    },
    constant: {
      doc: 'One number everywhere; the number alone means the same.',
      parameters: [{ name: 'value' }],
      make: (_fan, value) => ({ kind: 'constant', value }),
    },
    uniform: {
      doc: 'Uniformly distributed in [low, high).',

      parameters: [
        { name: 'low', default: 0 },
        { name: 'high', default: 1 },
      ],
      make: (_fan, low, high) => ({ kind: 'uniform', low, high }),
    },
    normal: {
      doc: 'Normally distributed.',

      parameters: [
        { name: 'mean', default: 0 },
        { name: 'std', default: 1 },
      ],
      make: (_fan, mean, std) => ({ kind: 'normal', mean, std }),
    },
    trunc_normal: {
      doc: 'Normally distributed, what falls outside of [low, high] being drawn again.',
      parameters: [
        { name: 'mean', default: 0 },
        { name: 'std', default: 1 },
        { name: 'low', default: -2 },
        { name: 'high', default: 2 },
      ],
      // Elsewhere too few numbers fall between the bounds.
      problem: (mean, std, low, high) =>
        std > 0 && low <= mean && mean <= high && high - low >= std
          ? undefined
          : 'the mean of trunc_normal lies between low and high, which are at least one positive std apart',
      make: (_fan, mean, std, low, high) => ({ kind: 'truncated_normal', mean, std, low, high }),
    },
    kaiming_uniform: {
      doc: 'Uniformly distributed in ±sqrt(6 / ((1 + a²) fan_in)), for what goes into a leaky ReLU of slope `a` (He et al. 2015).',

      parameters: [{ name: 'a', default: 0 }],
      make: (fan, a) => uniform(gain(a) * Math.sqrt(3 / fan.in)),
    },
    kaiming_normal: {
      doc: 'Normally distributed around 0 with the variance 2 / ((1 + a²) fan_in) (He et al. 2015).',
      parameters: [{ name: 'a', default: 0 }],
      make: (fan, a) => normal(gain(a) / Math.sqrt(fan.in)),
    },
    xavier_uniform: {
      doc: 'Uniformly distributed in ±gain sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).',

      parameters: [{ name: 'gain', default: 1 }],
      make: (fan, factor) => uniform(factor * Math.sqrt(6 / (fan.in + fan.out))),
    },
    xavier_normal: {
      doc: 'Normally distributed around 0 with the variance 2 gain² / (fan_in + fan_out) (Glorot and Bengio 2010).',

      parameters: [{ name: 'gain', default: 1 }],
      make: (fan, factor) => normal(factor * Math.sqrt(2 / (fan.in + fan.out))),
    },
  }),
);

export const initializerNames: readonly string[] = [...initializers.keys()];

/** The start value of a parameter of this type; undefined (and reported) where it is none. A number is a constant. */
export function evaluateInitializer(value: Expression, type: TensorType, site: Site): Initializer | undefined {
  if (value.kind === 'missing') return undefined;
  if (value.kind !== 'call' || value.callee.kind !== 'name') {
    const number = value.kind === 'list' ? undefined : asNumber(site.checker.evaluate(value, site));
    return number === undefined ? noInitializer(value, site) : { kind: 'constant', value: number };
  }
  const rule = initializers.get(value.callee.name);
  if (!rule) return noInitializer(value, site);
  const values = rule.parameters.map((parameter) => parameter.default);
  let next = 0;
  for (const argument of value.arguments) {
    const index = argument.name ? rule.parameters.findIndex((p) => p.name === argument.name?.name) : next++;
    if (!rule.parameters[index]) {
      const takes = rule.parameters.map((p) => p.name).join(', ') || 'no arguments';
      fail(site, {
        code: argument.name ? 'E0401' : 'E0403',
        message: argument.name
          ? `${value.callee.name} has no argument ${argument.name.name}`
          : `${value.callee.name} is given too many arguments`,
        span: (argument.name ?? argument).span,
        help: [`it takes ${takes}`],
      });
      return undefined;
    }
    const given = site.checker.evaluate(argument.value, site);
    const number = asNumber(given);
    if (number === undefined && given.kind !== 'poison') noInitializer(argument.value, site);
    if (number === undefined) return undefined;
    values[index] = number;
  }
  const known = values.filter((number) => number !== undefined);
  const problem = known.length === values.length ? rule.problem?.(...known) : undefined;
  if (problem) {
    fail(site, { code: 'E0404', message: problem, span: value.span, help: ['for example trunc_normal(std=0.02)'] });
    return undefined;
  }
  if (known.length === values.length) return rule.make(fans(type), ...known);
  fail(site, {
    code: 'E0402',
    message: `${value.callee.name} needs ${rule.parameters.map((p) => p.name).join(' and ')}`,
    span: value.span,
    help: [`as in ${value.callee.name}(0.5)`],
  });
  return undefined;
}

/** PyTorch's fans: axis 1 is what comes in, axis 0 what goes out, the rest is the receptive field. */
function fans(type: TensorType): { in: number; out: number } {
  const sizes = type.shape.map((size) => dim.constant(size) ?? 1);
  const field = sizes.slice(2).reduce((a, b) => a * b, 1);
  return { in: (sizes[1] ?? sizes[0] ?? 1) * field, out: (sizes[0] ?? 1) * field };
}

function noInitializer(value: Expression, site: Site): undefined {
  const name = value.kind === 'call' && value.callee.kind === 'name' ? value.callee.name : '';
  const near = nearest(name, initializerNames);
  fail(site, {
    code: 'E0409',
    message: 'a parameter starts as a number or a distribution that is known at compile time',
    span: value.span,
    label: near ? `did you mean ${near}?` : 'not a start value',
    help: [`the distributions are ${initializerNames.join(', ')}`],
  });
  return undefined;
}
