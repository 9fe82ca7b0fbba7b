/** Defaults that are computed from the inputs' dimensions, and tuples of sizes: cut, spliced, counted. */
import { expect, test } from 'vitest';
import { showType } from '../../compiler/ops/infer.ts';
import { checkValid, expectErrors } from './harness.ts';

const output = (text: string): string => showType(checkValid(text).models[0].output);

test('a default may be computed from an input dimension, and another default from it', () => {
  const text = `
layer Widen(factor: int = 2, width: int = factor * C, hidden: int = width + H)(x: f32[N, C, H]) -> f32[N, C, hidden] {
  x |> fc: Linear(hidden)
}

model Net(x: f32[N, 3, 4]) -> f32[N, 3, 13] {
  x |> a: Widen |> b: Widen(1, hidden=8) |> c: Widen(width=5)
}
`;
  expect(output(text)).toBe('f32[N, 3, 13]');
});

test('a size that a normalization states is checked', () => {
  expectErrors(`
model Net(image: f32[N, 8, 5, 5]) -> f32[N, 8, 5, 5] {
  let a = image |> bn1: BatchNorm2d(9)
                        ^^^^^^^^^^^^^^ E0304: features=9, but the input has 8
  let b = image |> gn1: GroupNorm(3)
                        ^^^^^^^^^^^^ E0304: groups=3 does not divide the 8 channels
  let c = image |> ln1: LayerNorm(8)
                        ^^^^^^^^^^^^ E0304: features=8, but the input has 5
  a + b + c |> bn2: BatchNorm2d(8)
}
`);
});

test('a default does not see what comes after it', () => {
  expectErrors(`
layer Later(a: int = b, b: int = 2)(x: f32[N, C]) -> f32[N, C] {
                     ^ E0201: …
  x + a + b
}

model Net(x: f32[N, 3]) -> f32[N, 3] {
  x |> Later(1)
}
`);
});

test('tuples are cut, picked from, spliced and counted', () => {
  const text = `
fn ends(x: f32[...S]) {
  reshape(x, (S[0], S[1:-1], S[axes(S)[-1]]))
}

fn merged(x: f32[...S], axis: (int)) {
  reshape(x, (S[:1], axes((S, 1))[1], product(S[axis])))
}

model Net(x: f32[N, 1, 2, 3]) -> f32[N, 1, 6] {
  merged(ends(x), (2, 3))
}
`;
  expect(output(text)).toBe('f32[N, 1, 6]');
});

test('a position that a tuple does not have', () => {
  expectErrors(`
fn last(x: f32[...S]) {
  reshape(x, (S[0], S[4]))
                      ^ E0308: there is no position 4 in a tuple of 2
}

model Net(x: f32[N, 3]) -> f32[N, 3] {
  last(x)
}
`);
});

test('what unsqueeze, squeeze and transpose are asked for must exist', () => {
  expectErrors(`
model Net(x: f32[N, 1, 3]) -> f32[N, 1, 3] {
  let a = unsqueeze(x, 4)
          ^^^^^^^^^^^^^^^ E0308: there is no position 4 in a tuple of 4
  let b = squeeze(x, 2)
          ^^^^^^^^^^^^^ E0304: axis 2 of the input (N, 1, 3) does not have size 1
  let c = transpose(x, 0, -4)
          ^^^^^^^^^^^^^^^^^^^ E0308: there is no position -4 in a tuple of 3
  a + b + c
}
`);
});
