/** Declarations that nothing uses: what is wrong whatever the sizes are is found, and nothing else. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkText, expectErrors } from './harness.ts';

const errors = (text: string): string[] =>
  checkText(text).diagnostics.flatMap(({ code, severity, message }) =>
    severity === 'error' ? `${code}: ${message}` : [],
  );

test('a size that cannot fit, a wrong element type, a missing else', () => {
  expectErrors(`
layer Wide(width: int)(x: f32[N, C]) -> f32[N, width] {
  x |> a: Linear(7) |> b: Linear(9 -> width)
                                 ^ E0301: b takes 9 features, but its input has 7
}

fn count(label: class(K)[N]) -> f32[] {
  mean(relu(label == 1))
       ^^^^^^^^^^^^^^^^ E0308: …
}

augment Dim(image: f32[C, H, W]) -> f32[C, H, W] {
  if uniform(0, 1) < 0.5 { image }
  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E0210: this \`if\` has no value where its condition does not hold
}
`);
});

test('what is right for some sizes is not refused', () => {
  expect(
    errors(`
layer Residual(width: int)(x: f32[N, C]) -> f32[N, width] {
  x + (x |> fc: Linear(width))
}

layer Halves(x: f32[N, C, H, W]) -> f32[N, C, H / 2, W / 2]
  where H % 2 == 0 and W % 2 == 0 else "{H} x {W} cannot be halved"
{
  reshape(mean(reshape(x, (N, C, H / 2, 2, W / 2, 2)), axis=(3, 5)), (N, C, H / 2, W / 2))
}

fn grey(image: f32[C, H, W]) -> f32[] {
  if C == 3 { mean(0.3 * image[0] + 0.59 * image[1] + 0.11 * image[2]) } else { mean(image) }
}

layer Only784(x: f32[N, C]) -> f32[N, 1, 28, 28] { reshape(x, (N, 1, 28, 28)) }

layer Heads(heads: int, width: int)(x: f32[N, T, E]) -> f32[N, T, heads, width] { reshape(x, (N, T, heads, width)) }

model Configured(classes: int, deep: bool)(image: f32[N, 1, 28, 28]) -> f32[N, classes] {
  let x = image |> flatten
  let y = if deep { x |> hidden: Linear(64) |> relu } else { x }
  y |> fc: Linear(classes)
}
`),
  ).toEqual([]);
});

test.each(['layers', 'augment', 'schedule', 'optim'])('the library itself: %s', (name) => {
  const text = readFileSync(new URL(`../../compiler/std/${name}.net`, import.meta.url), 'utf8');
  expect(errors(text)).toEqual([]);
});
