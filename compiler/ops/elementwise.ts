/**
 * An elementwise operator for every row of the scalar table. Shapes are broadcast by the shape rule; the graph builder
 * makes the broadcasts explicit, so that lowerings and gradients see equal shapes.
 */
import { broadcastShapes, checkCount, showType } from './infer.ts';
import { type OpCase, type Primitive, primitive, type ShapeProblem } from './primitive.ts';
import { at, tensor } from './reference.ts';
import { type ScalarFunction, scalarTable } from './scalar.ts';
import type { ElementType, TensorType } from './types.ts';

/**
 * What a function's arguments may be. `number`: all f32 or all i32; `same`: all of one type; `select`: a condition and
 * two of one type; `any`: whatever there is.
 */
type Domain = 'f32' | 'number' | 'i32' | 'bool' | 'same' | 'select' | 'any';

type Range = readonly [number, number];

interface Signature {
  readonly domain: Domain;
  readonly doc: string;
  /** Ranges of the arguments in tests; -2 to 2 unless given. */
  readonly ranges?: readonly Range[];
}

const positive: Range = [0.2, 3];

/** Total, so that a new row of the scalar table does not compile without one. */
const signatures: Readonly<Record<ScalarFunction, Signature>> = {
  add: { domain: 'number', doc: 'a + b' },
  sub: { domain: 'number', doc: 'a - b' },
  mul: { domain: 'number', doc: 'a * b' },
  div: { domain: 'f32', doc: 'a / b', ranges: [[-2, 2], positive] },
  idiv: {
    domain: 'i32',
    doc: 'floor(a / b) of integers that are not negative',
    ranges: [
      [0, 20],
      [1, 5],
    ],
  },
  imod: {
    domain: 'i32',
    doc: 'The remainder of a / b, of integers that are not negative',
    ranges: [
      [0, 20],
      [1, 5],
    ],
  },
  neg: { domain: 'number', doc: '-x' },
  abs: { domain: 'f32', doc: 'The absolute value' },
  max: { domain: 'f32', doc: 'The larger of two; NaN is passed on' },
  min: { domain: 'f32', doc: 'The smaller of two; NaN is passed on' },
  relu: { domain: 'f32', doc: 'max(x, 0)' },
  exp: { domain: 'f32', doc: 'e to the power of x' },
  log: { domain: 'f32', doc: 'The natural logarithm', ranges: [positive] },
  sqrt: { domain: 'f32', doc: 'The square root', ranges: [positive] },
  tanh: { domain: 'f32', doc: 'The hyperbolic tangent' },
  sigmoid: { domain: 'f32', doc: '1 / (1 + exp(-x))' },
  pow: { domain: 'f32', doc: 'a to the power of b', ranges: [positive, [-2, 2]] },
  floor: { domain: 'f32', doc: 'The largest integer that is not above x' },
  ceil: { domain: 'f32', doc: 'The smallest integer that is not below x' },
  round: { domain: 'f32', doc: 'The nearest integer; halves go to the even one' },
  sin: { domain: 'f32', doc: 'The sine of x in radians', ranges: [[-20, 20]] },
  cos: { domain: 'f32', doc: 'The cosine of x in radians', ranges: [[-20, 20]] },
  lt: { domain: 'number', doc: 'a < b' },
  le: { domain: 'number', doc: 'a <= b' },
  gt: { domain: 'number', doc: 'a > b' },
  ge: { domain: 'number', doc: 'a >= b' },
  eq: { domain: 'number', doc: 'a == b' },
  ne: { domain: 'number', doc: 'a != b' },
  and: { domain: 'bool', doc: 'a and b' },
  or: { domain: 'bool', doc: 'a or b' },
  not: { domain: 'bool', doc: 'not x' },
  select: { domain: 'select', doc: 'a where the condition holds, else b' },
  to_f32: { domain: 'any', doc: 'As f32; true is 1' },
  to_i32: { domain: 'any', doc: 'The integer part as i32; true is 1' },
  is_finite: { domain: 'f32', doc: 'False for NaN and the infinities' },
  philox: {
    domain: 'i32',
    doc: 'A number in [0, 1) for an element, a site and a key of two halves (Philox4x32-10)',
    ranges: [
      [0, 1e6],
      [0, 9],
      [0, 2 ** 24 - 1],
      [0, 2 ** 24 - 1],
    ],
  },
};

const sentences: Readonly<Record<Domain, string>> = {
  f32: 'wants f32',
  number: 'wants all f32 or all i32',
  i32: 'wants i32',
  bool: 'wants bool',
  same: 'wants one element type',
  select: 'wants a bool condition and two values of one element type',
  any: 'takes every element type but f16',
};

function fits(domain: Domain, [first, ...rest]: readonly ElementType[]): boolean {
  const alike = rest.every((element) => element === first);
  switch (domain) {
    case 'number':
      return alike && (first === 'f32' || first === 'i32');
    case 'same':
      return alike && first !== 'f16';
    case 'select':
      return first === 'bool' && fits('same', rest);
    case 'any':
      return first !== 'f16';
    default:
      return alike && first === domain;
  }
}

function infer(fn: ScalarFunction, inputs: readonly TensorType[]): TensorType | ShapeProblem {
  const wrong = checkCount(fn, inputs, scalarTable[fn].arity);
  if (wrong) return wrong;
  const { domain } = signatures[fn];
  const elements = inputs.map((type) => type.element);
  if (!fits(domain, elements)) {
    const input = elements.findIndex((element, i) => i > 0 && element !== elements[0]);
    const problem = `${fn} ${sentences[domain]}, but gets ${inputs.map(showType).join(' and ')}`;
    return input > 0 ? { problem, input } : { problem };
  }
  const shape = broadcastShapes(inputs);
  if ('problem' in shape) return shape;
  const { result } = scalarTable[fn];
  return { element: result === 'same' ? elements[fn === 'select' ? 1 : 0] : result, shape };
}

/** Element types that a domain admits, one list for each case. */
const samples: Readonly<Record<Domain, readonly (readonly ElementType[])[]>> = {
  f32: [['f32', 'f32']],
  number: [
    ['f32', 'f32'],
    ['i32', 'i32'],
  ],
  i32: [['i32', 'i32', 'i32', 'i32']],
  bool: [['bool', 'bool']],
  same: [['f32', 'f32']],
  select: [
    ['bool', 'f32', 'f32'],
    ['bool', 'i32', 'i32'],
  ],
  any: [['f32'], ['i32'], ['u8'], ['bool']],
};

function casesOf(fn: ScalarFunction): OpCase[] {
  const { domain, ranges = [] } = signatures[fn];
  const { arity } = scalarTable[fn];
  return samples[domain].map((elements) => ({
    name: elements[elements.length - 1],
    inputs: elements.slice(0, arity).map((element, i) => ({
      shape: [3, 4],
      element,
      range: ranges[i] ?? (element === 'bool' ? [0, 1] : element === 'u8' ? [0, 255] : [-2, 2]),
    })),
  }));
}

const inputNames: Readonly<Record<1 | 2 | 3 | 4, readonly string[]>> = {
  1: ['x'],
  2: ['a', 'b'],
  3: ['condition', 'a', 'b'],
  4: ['element', 'site', 'key0', 'key1'],
};

function elementwise(fn: ScalarFunction): Primitive {
  const row = scalarTable[fn];
  return primitive({
    name: fn,
    doc: signatures[fn].doc,
    kind: 'elementwise',
    inputs: inputNames[row.arity],
    infer: (inputs) => infer(fn, inputs),
    grad: (g, { inputs, output }, dy) => {
      if (row.derivative === 'none') return inputs.map(() => undefined);
      const factors = row.derivative(g, inputs, output);
      return factors.map((factor, i) =>
        factor === 'zero' || inputs[i].type.element !== 'f32' ? undefined : g.mul(dy, factor),
      );
    },
    lower: (l, inputs, _node, index) => l.apply(fn, ...inputs.map((x) => x.at(...index))),
    reference: (inputs) =>
      tensor(
        inputs.reduce<readonly number[]>((_, { shape }) => shape, []),
        (...index) => row.evaluate(...inputs.map((x) => at(x, ...index))),
      ),
    cases: casesOf(fn),
  });
}

const functions = Object.keys(scalarTable).filter((name): name is ScalarFunction => name in scalarTable);

export const elementwisePrimitives: readonly Primitive[] = functions.map(elementwise);
