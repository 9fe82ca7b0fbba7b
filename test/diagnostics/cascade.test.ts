/** A program with many syntax errors, through parser and checker: what the checker adds is no consequence of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { position } from '../../compiler/diagnostics/position.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';

const read = (path: string): SourceFile => ({
  path,
  text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
});
const library = readdirSync(new URL('../../compiler/std/', import.meta.url))
  .filter((name) => name.endsWith('.net'))
  .map((name) => read(`compiler/std/${name}`));

function diagnose(text: string): string[] {
  const host = { readImport: () => read('models/fashion_mnist.net'), library: () => library };
  const { diagnostics } = analyze({ path: 'main.net', text }, host);
  for (const diagnostic of diagnostics) expect(render(diagnostic, { color: false })).not.toContain('undefined');
  return diagnostics.map(({ code, message, span }) => `${position(span.file, span.start).line} ${code} ${message}`);
}

test('each mistake is told once', () => {
  const text = `import { FashionMnist } from "./fashion_mnist.net"
model Net(image f32[N, 8]) -> f32[N, 4] {
  let x = image |> fc1: Linear(8 -> 64 |> relu
  lte q = relu(x)
  let unused = 3
  q |> fc: Linear(4)
}
model B(image: f32[N, 8) -> f32[N, 4] {
  image |> fc: Linear(4)
}
model C(image: ) -> f32[N, 4] {
  image |> fc: Linear(4)
}
layer D(x) -> Tensor { x }
layer L(width: int)(x: f32[N, 8]) -> Foo[N, 8] {
  let if = 3
  D(x)
}
modle M2(image: f32[N, 8]) -> f32[N, 8] { image |> l: L(3) }
netz M3(image: f32[N, 1, 28, 28]) -> f32[N, 10] { image |> l: L(3) }
train M3 on FashionMnist {
  input = to_float(image)
  loss = cross_entropy(output, label
  optimizer = Adam(lr=0.001)
  batch =
  epochs = 3
}
train Net on Data {
  input = to_float(image)
  loss = cross_entropy(output, label)
  optimizer = Sgd(lr=0.001)
}
dataset Data {
  sample { image: u8[8], label: class }
}
optimizer Sgd(lr: float)(p: f32[...S], g: f32[...S], step: int) {
  update p = p - * g
}
fn f(x: f32[N]) -> f32[N]
fn g(x: f32[N]) -> f32[N] { f(x + nosuch) }
import { A } from
fn h(x: f32[N]) -> f32[N] { A(x) }
const k =
fn m(x: f32[N]) -> f32[N] { x * k }
`;
  expect(diagnose(text)).toEqual([
    '2 E0109 a `:` is missing between `image` and its type',
    '3 E0102 expected `)` to close the `(` opened at line 3',
    '4 E0101 did not expect `q` here',
    '8 E0102 expected `]` to close the `[` opened at line 8',
    '11 E0109 `:` needs a type',
    '14 E0109 `x` needs a type',
    '14 E0109 there is no type `Tensor`',
    '15 E0109 there is no type `Foo`',
    "16 E0107 `if` is a word of the language and can't be a name",
    '19 E0111 no declaration begins with `modle`',
    '20 E0111 a declaration is expected here',
    '23 E0102 expected `)` to close the `(` opened at line 23',
    '25 E0108 `batch =` needs a value',
    '34 E0109 `class` needs the number of classes',
    '37 E0108 `-` needs a value',
    '39 E0113 this `fn` lacks its body',
    // The one mistake that is no syntax error.
    '40 E0201 there is no nosuch',
    '41 E0113 this import lacks the path of a file',
    '43 E0108 `const k` needs a value',
  ]);
});

test('a warning is given only where the syntax is right', () => {
  const text = 'fn f(x: f32[N]) -> f32[N] {\n  let y = 2 * x\n  x\n}\n';
  expect(diagnose(text)).toEqual([expect.stringMatching(/^2 W0103 /)]);
  expect(diagnose(`${text}const a =\n`)).toEqual(['5 E0108 `const a` needs a value']);
});
