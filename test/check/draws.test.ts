/** Random draws and augments as the checker sees them; what they compute is tested with the operators and the library. */
import { expect, test } from 'vitest';
import { buildInference } from '../../compiler/3-graph/from-typed.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { checkText, checkValid, expectErrors } from './harness.ts';

/** A draw's value for one sample, under a fixed key. */
function draw(body: string, type: string): number[] {
  const text = `model Net(x: f32[N, 2]) -> ${type} {\n  if training { ${body} } else { ${body} }\n}\n`;
  const { program, diagnostics } = checkText(text);
  expect(diagnostics.map(({ code }) => code)).toEqual(['W0104']);
  const inputs = { x: { shape: [3, 2], data: new Float64Array(6) } };
  const [result] = interpret(buildInference(program.models[0]), {
    dims: { N: 3 },
    inputs,
    uniforms: { key0: 11, key1: 12 },
  });
  return [...result.data];
}

test('a draw is one number; in a comprehension one for each element; `shape` draws a tensor', () => {
  const different = (values: readonly number[]): number => new Set(values).size;
  expect(different(draw('x + uniform(0, 1)', 'f32[N, 2]'))).toBe(1);
  expect(different(draw('for n in N, i in 2 { x[n, i] + uniform(0, 1) }', 'f32[N, 2]'))).toBe(6);
  expect(different(draw('x + normal(0, 1, shape=(N, 2))', 'f32[N, 2]'))).toBe(6);
  expect(different(draw('x + uniform(0, 1) - uniform(0, 1)', 'f32[N, 2]'))).toBe(1);
  expect(draw('x + uniform(0, 1) - uniform(0, 1)', 'f32[N, 2]')[0]).not.toBe(0);
  for (const value of draw('x + uniform(-3, -2, shape=(N, 2))', 'f32[N, 2]')) {
    expect(value).toBeGreaterThanOrEqual(-3);
    expect(value).toBeLessThan(-2);
  }
  expect(draw('where(bernoulli(1, shape=(N, 2)), x + 1, x)', 'f32[N, 2]')).toEqual([1, 1, 1, 1, 1, 1]);
});

const training = (augment: string, before = ''): string => `dataset Points {
  sample { image: u8[1, 4, 4], label: class(3) }
  train { image = idx("i.gz"), label = idx("l.gz") }
}
${before}
model Net(image: f32[N, 1, 4, 4]) -> f32[N, 3] {
  image |> flatten |> fc: Linear(3)
}

train Net on Points {
  input     = to_float(image)
  augment   = ${augment}
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
}
`;

test('an augment works on single samples, in training steps alone', () => {
  const own = `
augment Shift(most: int)(image: f32[C, H, W]) -> f32[C, H, W] {
  let dx = to_i32(floor(uniform(-most, most + 1)))
  for c in C, y in H, x in W { image[c, y, x + dx] }
}

augment Both(image: f32[C, H, W]) -> f32[C, H, W] { image |> Shift(1) |> RandomHorizontalFlip }
`;
  const [typed] = checkValid(training('Both |> RandomRotation(10)', own)).trainings;
  expect(typed.augmented?.map(({ name }) => name)).toEqual(['image']);
  expect(typed.augmented?.[0].value).not.toEqual(typed.input[0].value);
});

test('an augment in a model, of another shape, with parameters, or none at all', () => {
  expectErrors(`
model Net(image: f32[N, 1, 4, 4]) -> f32[N, 3] {
  image |> RandomHorizontalFlip(0.5) |> flatten |> fc: Linear(3)
           ^^^^^^^^^^^^^^^^^^^^^^^^^ E0208: RandomHorizontalFlip is an augment: it belongs to a training, not into a body that inference runs too
}
`);
  const codes = (text: string): string[] => checkText(text).diagnostics.map((d) => `${d.code}: ${d.message}`);
  expect(codes(training('RandomCrop(3)'))).toEqual([
    'E0506: Net takes samples of f32[1, 4, 4], but the augment gives f32[1, 3, 3]',
  ]);
  expect(codes(training('RandomCropp(3)'))).toEqual([expect.stringMatching(/^E0201: there is no layer RandomCropp/)]);
  const learned = `
augment Learned(image: f32[C, H, W]) -> f32[C, H, W] {
  param gain: f32[C] = ones()
  image * reshape(gain, (C, 1, 1))
}
`;
  expect(codes(training('Learned', learned))).toEqual(['E0409: an augment has no parameters: nothing trains it']);
});

test('freeze, clip and schedule', () => {
  const settings = '  freeze    = [fc.bias]\n  clip      = 0.5\n  schedule  = cosine(warmup=10)\n}';
  const text = training('RandomVerticalFlip').replace(/\}\n$/, `${settings}\n`);
  const [typed] = checkValid(text).trainings;
  expect(typed.model.parameters.map(({ path, trainable }) => `${path} ${trainable}`)).toEqual([
    'fc.weight true',
    'fc.bias false',
  ]);
  expect(typed.optimizer.clip).toBe(0.5);
});
