/** Shapes: programs with the expected errors drawn under their lines. */
import { expect, test } from 'vitest';
import { render } from '../../compiler/diagnostics/render.ts';
import { showType } from '../../compiler/ops/infer.ts';
import { checkText, checkValid, expectErrors } from './harness.ts';

test('a wrong input size of a Linear says what arrives and from where', () => {
  const [error] = expectErrors(`
model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  let features = image
    |> conv1: Conv2d(1 -> 32, kernel=3)   |> relu |> MaxPool2d(2)
    |> conv2: Conv2d(32 -> 64, kernel=3)  |> relu |> MaxPool2d(2)
    |> conv3: Conv2d(64 -> 128, kernel=3) |> relu
  features |> flatten
    |> fc1: Linear(1024 -> 64) |> relu
                   ^^^^ E0301: fc1 takes 1024 features, but its input has 1152
    |> fc2: Linear(64 -> 10)
}
`);
  expect(error.label).toBe('expected 1152');
  expect(error.help).toEqual(['write `Linear(1152 -> 64)`, or `Linear(64)` to have the input size inferred']);
  expect(error.notes.map((n) => `${n.span.file.text.slice(n.span.start, n.span.end)}: ${n.message}`)).toEqual([
    'flatten: f32[N, 1152] comes from here: 128 * 3 * 3',
  ]);
  expect(error.fixes.map((f) => f.edits.map((e) => e.text))).toEqual([['1152'], ['64']]);
});

test('several independent errors come in one run, in source order', () => {
  expectErrors(`
model Net(image: f32[N, 3, 32, 32]) -> f32[N, 10] {
  image
    |> conv1: Conv2d(1 -> 8, kernel=3) |> relu
                     ^ E0301: conv1 takes 1 channel, but its input has 3
    |> conv2: Conv2d(16 -> 8, kernel=3)
                     ^^ E0301: conv2 takes 16 channels, but its input has 8
    |> flatten
    |> fc: Linear(100 -> 10)
                  ^^^ E0301: fc takes 100 features, but its input has 6272
}
`);
});

test('nothing follows from an error that leaves the shape open', () => {
  expectErrors(`
model Net(image: f32[N, 784]) -> f32[N, 10] {
  let hidden = image |> conv: Conv2d(8, kernel=3) |> relu
                              ^^^^^^^^^^^^^^^^^^^ E0303: conv takes f32[N, C, H, W], but its input is f32[N, 784]
  hidden |> flatten |> fc: Linear(5 -> 10)
}
`);
});

test('a kernel larger than its input', () => {
  const [error] = expectErrors(`
model Net(image: f32[N, 1, 5, 5]) -> f32[N, 8, 1, 1] {
  image |> MaxPool2d(2, stride=1, padding=0) |> MaxPool2d(2, stride=1) |> conv: Conv2d(8, kernel=5)
                                                                                ^^^^^^^^^^^^^^^^^^^ E0304: the 5x5 kernel does not fit the 3x3 input
}
`);
  expect(error.notes.map((n) => n.message)).toEqual(['f32[N, 1, 3, 3] comes from here: 4 - 1']);
});

test('groups that do not divide the channels', () => {
  expectErrors(`
model Net(image: f32[N, 3, 8, 8]) -> f32[N, 4, 8, 8] {
  image |> conv: Conv2d(4, kernel=1, groups=2)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E0304: groups=2 does not divide the 3 input channels
}
`);
});

test('a let with another type', () => {
  const [error] = expectErrors(`
model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  let features: f32[N, 8, 13, 13] = image |> conv: Conv2d(8, kernel=3) |> MaxPool2d(2, stride=1)
                ^^^^^^^^^^^^^^^^^ E0305: features is f32[N, 8, 25, 25], but is declared as f32[N, 8, 13, 13]
  features |> flatten |> fc: Linear(10)
}
`);
  expect(error.fixes[0].edits[0].text).toBe('f32[N, 8, 25, 25]');
});

test('a model that gives another type than it declares', () => {
  expectErrors(`
model Net(image: f32[N, 8]) -> f32[N, 10] {
  image |> fc: Linear(12)
           ^^^^^^^^^^^^^^ E0305: Net gives f32[N, 12], but is declared to give f32[N, 10]
}
`);
});

test('an error inside the library is told at the call, in its words', () => {
  expectErrors(`
model Net(image: f32[N, 8]) -> f32[] {
  mean(image, axis=3)
  ^^^^^^^^^^^^^^^^^^^ E0308: mean: there is no axis 3
}
`);
});

test('an error inside a layer of the file says where the layer is used', () => {
  const [error] = expectErrors(`
layer Block(width: int)(x: f32[N, C]) -> f32[N, C] {
  x + (x |> fc: Linear(width))
  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ E0306: \`+\` cannot combine f32[N, 8] and f32[N, 4]
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> block: Block(4)
}
`);
  expect(error.notes.map((n) => n.message)).toContain('in this use of Block');
});

test('the picture of a wrong input size', () => {
  const { diagnostics } = checkText(`model Net(image: f32[N, 128, 3, 3]) -> f32[N, 64] {
  image |> flatten
    |> fc1: Linear(1024 -> 64) |> relu
}
`);
  expect(render(diagnostics[0], { color: false })).toBe(`error[E0301]: fc1 takes 1024 features, but its input has 1152
 --> main.net:3:20
  |
2 |   image |> flatten
  |            ------- f32[N, 1152] comes from here: 128 * 3 * 3
3 |     |> fc1: Linear(1024 -> 64) |> relu
  |                    ^^^^ expected 1152
  = help: write \`Linear(1152 -> 64)\`, or \`Linear(64)\` to have the input size inferred`);
});

test('the larger and the smaller of quotients round down where a size is wanted', () => {
  const { models } = checkValid(`model Net(x: f32[N, 37]) -> f32[N, 5] {
  x |> a: Linear(max(37 / 2, 8), bias=false) |> b: Linear(min(11 / 2, 8), bias=false)
}
`);
  expect(models[0].parameters.map(({ type }) => showType(type))).toEqual(['f32[18, 37]', 'f32[5, 18]']);
});
