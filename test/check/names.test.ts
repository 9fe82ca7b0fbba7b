/** Names, arguments, imports: programs with the expected errors drawn under their lines. */
import { expect, test } from 'vitest';
import { checkText, expectErrors } from './harness.ts';

test('unknown names, with a suggestion where one is near', () => {
  const errors = expectErrors(`
model Net(image: f32[N, 8]) -> f32[N, 4] {
  let hidden = imagee |> fc1: Linaer(8) |> relu
               ^^^^^^ E0201: there is no imagee
                              ^^^^^^ E0201: there is no layer Linaer
  hidden |> fc2: Linear(4) |> rellu
                              ^^^^^ E0201: there is no function rellu
}
`);
  expect(errors.map((e) => e.label)).toEqual(['did you mean image?', 'did you mean Linear?', 'did you mean relu?']);
  expect(errors.map((e) => e.fixes[0].edits[0].text)).toEqual(['image', 'Linear', 'relu']);
});

test('code that no configuration reaches is checked for names and arguments', () => {
  expectErrors(`
layer Unused(width: int)(x: f32[N, C]) -> f32[N, width] {
  if width > 100 { x |> fc: Linear(widht) } else { x |> fc: Linear(width, biass=false) }
                                   ^^^^^ E0201: there is no widht
                                                                          ^^^^^ E0401: Linear has no argument biass
}

fn also(x: f32[...S]) -> f32[...T] { relu6(x, 3) }
                             ^^^^ E0201: ...T stands for no dimensions here
                                              ^ E0403: relu6 is given 2 arguments but takes 1 (x)
`);
});

test('unknown, repeated, missing and surplus arguments', () => {
  expectErrors(`
model Net(image: f32[N, 1, 8, 8]) -> f32[N, 4] {
  image
    |> conv1: Conv2d(4, kernel=3, strides=2)
                                  ^^^^^^^ E0401: Conv2d has no argument strides
    |> conv2: Conv2d(4, 3, kernel=3)
                           ^^^^^^ E0403: Conv2d is given kernel twice
    |> conv4: Conv2d(4, 8, kernel=3)
                     ^^^^ E0404: the sizes of a Conv2d are written \`4 -> 8\`
    |> conv3: Conv2d(4)
              ^^^^^^^^^ E0402: Conv2d needs kernel
    |> MaxPool2d(2, 2, 0, true, 1)
                                ^ E0403: MaxPool2d is given 5 arguments but takes 4 (kernel, stride, padding, ceil)
}
`);
});

test('layers with parameters need names, each its own', () => {
  const errors = expectErrors(`
layer Block(x: f32[N, C]) -> f32[N, C] {
  x |> fc: Linear(C)
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> Linear(8) |> relu |> Block |> head: Linear(8) |> head: Linear(8)
           ^^^^^^^^^ E0206: this Linear has parameters, so it needs a name
                                ^^^^^ E0206: this Block has parameters, so it needs a name
                                                            ^^^^ E0207: two layers are called head
}
`);
  expect(errors[0].fixes[0].edits[0].text).toBe('fc1: ');
  expect(errors[1].fixes[0].edits[0].text).toBe('block1: ');
});

test('imports: missing files, missing names, circles', () => {
  const files = {
    './digits.net': 'dataset Digits {\n  sample { image: u8[8] }\n}\n',
    './a.net': 'import { Net } from "./main.net"\nconst width = 8\n',
  };
  const { diagnostics } = checkText(
    `import { Digit } from "./digits.net"
import { Other } from "./other.net"
import { width } from "./a.net"

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> fc: Linear(width)
}
`,
    files,
  );
  expect(diagnostics.map((d) => `${d.span.file.path} ${d.code} ${d.message} / ${d.label}`)).toEqual([
    'main.net E0204 "./digits.net" declares no Digit / did you mean Digits?',
    'main.net E0203 there is no file "./other.net" / not found',
    'a.net E0205 "./main.net" imports this file in turn / main.net -> a.net -> main.net',
  ]);
});

test('names that are declared twice', () => {
  expectErrors(`
const width = 8
fn width(x: f32[...S]) -> f32[...S] { x }
   ^^^^^ E0202: width is declared twice
layer Two(a: int, a: int)(x: f32[N, C]) -> f32[N, C] {
                  ^ E0202: a is declared twice
  x
}
`);
});

test('layers and functions used as what they are not', () => {
  expectErrors(
    `
model Net(image: f32[N, 1, 8, 8]) -> f32[N, 1, 8, 8] {
  let pool = MaxPool2d(2)
             ^^^^^^^^^^^^ E0208: MaxPool2d(…) builds a layer, and nothing is applied to it
  let f = relu
          ^^^^ E0208: relu is a function, not a value
  image |> 3 |> pool |> f
           ^ E0208: \`3\` cannot be applied to an input
}
`.replace('\n  image', '\n  image'),
  );
});

test('a let that nothing uses', () => {
  expectErrors(`
model Net(image: f32[N, 8]) -> f32[N, 8] {
  let hidden = relu(image)
      ^^^^^^ W0103: hidden is never used
  let _kept = relu(image)
  image
}
`);
});

test('a line that lost its |> is one error', () => {
  const [error] = expectErrors(`
model Net(image: f32[N, 1, 8, 8]) -> f32[N, 10] {
  let features: f32[N, 4, 6, 6] = image
    conv1: Conv2d(1 -> 4, kernel=3) |> relu
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E0210: nothing is applied to conv1: Conv2d(1 -> 4, kernel=3); \`|>\` is missing before it
  features |> flatten
    fc: Linear(10)
    ^^^^^^^^^^^^^^ E0210: nothing is applied to fc: Linear(10); \`|>\` is missing before it
}
`);
  expect(error.fixes[0].edits[0].text).toBe('|> ');
});

test('a name that is missing is told once, and what follows from it not at all', () => {
  expectErrors(
    `
import { Digit } from "./digits.net"
         ^^^^^ E0204: "./digits.net" declares no Digit

model Net(image: f32[N, 8]) -> f32[N, 8] {
  let unused = relu(image)
  let x = scale * image
          ^^^^^ E0201: there is no scale
  x / scale
}

train Net on Digits {
  loss      = mean(output)
  optimizer = Adam
}
`,
    { './digits.net': 'dataset Digits {\n  sample { image: f32[8] }\n}\n' },
  );
});
