/** Layers with learning rates of their own: which parts of the arena learn at which multiple. */
import { expect, test } from 'vitest';
import { scaledRanges } from '../../compiler/7-emit/arena.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import type { CompilationUnit } from '../../compiler/compilation.ts';
import { compile } from '../../compiler/index.ts';

const source = (setting: string): string => `
dataset D {
  sample { image: u8[1, 4, 4], label: class(10) }
  train { image = idx("a.gz"), label = idx("b.gz") }
}
model Net(image: f32[N, 1, 4, 4]) -> f32[N, 10] {
  image |> flatten |> a: Linear(16, bias=false) |> bn: BatchNorm1d |> b: Linear(16) |> c: Linear(10)
}
train Net on D {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
${setting}
}
`;

function rangesOf(setting: string) {
  let units: readonly CompilationUnit[] = [];
  const { diagnostics } = compile({ path: 'x.net', text: source(setting) }, fileHost, {
    inspect: (_pass, state) => {
      units = state.units;
    },
  });
  expect(diagnostics).toEqual([]);
  const [{ arena, training }] = units;
  if (!training) throw new Error('no training');
  const at = (path: string): number => arena.layouts.get(path)?.offset ?? -1;
  return { ranges: scaledRanges(arena, training), at };
}

test('by the nearest layer; neighbours that do alike are one', () => {
  const { ranges, at } = rangesOf('  lr_scale  = [(b, 10), (b.bias, 3), (c, 3)]');
  expect(ranges).toEqual([
    { end: at('b.weight'), scale: 1 },
    { end: at('b.bias'), scale: 10 },
    { end: Number.POSITIVE_INFINITY, scale: 3 },
  ]);
});

test('without the setting all learn alike, and the optimizer is as it was', () => {
  expect(rangesOf('').ranges).toEqual([{ end: Number.POSITIVE_INFINITY, scale: 1 }]);
});
