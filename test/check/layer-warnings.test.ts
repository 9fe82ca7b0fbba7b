/** W0105 to W0107: cancelled biases, unread rows, hidden names; where they are told, and where they are not. */
import { expect, test } from 'vitest';
import { checkText } from './harness.ts';

const warnings = (text: string): string[] =>
  checkText(text).diagnostics.map(({ code, message, span }) => {
    return `${code} ${message} / ${span.file.text.slice(span.start, span.end)}`;
  });

const net = (body: string, input = '3, 32, 32', declarations = ''): string => `${declarations}
model Net(image: f32[N, ${input}]) -> f32[N, 10] {
  image |> ${body} |> AdaptiveAvgPool2d(1) |> flatten |> head: Linear(10)
}
`;

const ownNormalization = `
layer Centre(x: f32[N, C, H, W]) -> f32[N, C, H, W] {
  buffer average: f32[C] = zeros()
  let now = mean(x, axis=(0, 2, 3))
  update average = 0.9 * average + 0.1 * now
  relu(x - reshape(if training { now } else { average }, (C, 1, 1)))
}
`;

test('a bias before batch normalization is told, with the call that lacks it', () => {
  const { diagnostics } = checkText(net('conv: Conv2d(8, kernel=3, bias=true) |> bn: BatchNorm2d |> relu'));
  expect(diagnostics.map(({ code }) => code)).toEqual(['W0105']);
  expect(diagnostics[0].label).toBe('8 unused parameters');
  expect(diagnostics[0].help).toEqual(['write `Conv2d(8, kernel=3, bias=false)`']);
});

test('also in lists, layers, before BatchNorm1d, and before a normalization declared here', () => {
  expect(warnings(net('block: [Conv2d(8, kernel=3), BatchNorm2d, relu]'))).toEqual([
    'W0105 the bias of block.0 has no effect: block.1 subtracts the mean, and the bias with it / Conv2d(8, kernel=3)',
  ]);
  const block = `
layer Block(width: int)(x: f32[N, C, H, W]) {
  x |> conv: Conv2d(width, kernel=3) |> bn: BatchNorm2d
}
`;
  expect(warnings(net('a: Block(8) |> b: Block(8)', '3, 32, 32', block))).toHaveLength(1);
  const linear = 'model Net(x: f32[N, 8]) -> f32[N, 4] {\n  x |> fc: Linear(4) |> bn: BatchNorm1d\n}\n';
  expect(warnings(linear)).toEqual([expect.stringContaining('W0105 the bias of fc has no effect')]);
  expect(warnings(net('conv: Conv2d(8, kernel=3) |> own: Centre', '3, 32, 32', ownNormalization))).toEqual([
    expect.stringContaining('W0105 the bias of conv has no effect: own subtracts'),
  ]);
});

test.each([
  'conv: Conv2d(8, kernel=3, bias=false) |> bn: BatchNorm2d',
  'conv: Conv2d(8, kernel=3) |> relu |> bn: BatchNorm2d',
  'bn: BatchNorm2d |> conv: Conv2d(8, kernel=3)',
  'conv: Conv2d(8, kernel=3) |> GroupNorm',
])('no warning: %s', (body) => {
  expect(warnings(net(body.replace('GroupNorm', 'norm: GroupNorm(4)')))).toEqual([]);
});

test('a bias that is used beside the normalization has its effect', () => {
  const text = `
model Net(image: f32[N, 3, 8, 8]) -> f32[N, 3, 8, 8] {
  let y = image |> conv: Conv2d(3, kernel=1)
  (y |> bn: BatchNorm2d) + y
}
`;
  expect(warnings(text)).toEqual([]);
});

test('rows that no window reads: from an eighth on, where the user wrote the layer', () => {
  expect(warnings(net('MaxPool2d(2)', '3, 7, 32'))).toEqual([
    'W0106 MaxPool2d never reads the last row of its 7x32 input / MaxPool2d(2)',
  ]);
  expect(warnings(net('MaxPool2d((4, 4))', '3, 14, 15'))).toEqual([
    'W0106 MaxPool2d never reads the last 2 rows and the last 3 columns of its 14x15 input / MaxPool2d((4, 4))',
  ]);
  expect(warnings(net('conv: Conv2d(8, kernel=3, stride=2)', '3, 6, 6'))).toEqual([
    'W0106 conv never reads the last row and the last column of its 6x6 input / Conv2d(8, kernel=3, stride=2)',
  ]);
  const twice = 'layer Half(x: f32[N, C, H, W]) {\n  avg_pool2d(x, 2)\n}\n';
  expect(warnings(net('Half |> Half', '3, 14, 14', twice))).toEqual([
    'W0106 Half never reads the last row and the last column of its 7x7 input / avg_pool2d(x, 2)',
  ]);
});

test.each([
  ['MaxPool2d(2)', '3, 11, 11'],
  ['MaxPool2d(2, ceil=true)', '3, 7, 7'],
  ['conv: Conv2d(8, kernel=3, stride=2, padding=1)', '3, 8, 8'],
  ['conv: Conv2d(8, kernel=1, stride=2)', '3, 8, 8'],
  ['conv: Conv2d(8, kernel=7, stride=2, padding=3) |> MaxPool2d(3, stride=2, padding=1)', '3, 28, 28'],
])('no warning: %s on %s', (body, input) => expect(warnings(net(body, input))).toEqual([]));

test('names of the library that a file declares anew', () => {
  const own =
    'layer Linear(out: int)(x: f32[...S, I]) -> f32[...S, out] {\n  param w: f32[I, out] = zeros()\n  x @ w\n}\n';
  const text = `${own}const Adam = 3\nmodel Net(x: f32[N, 8]) -> f32[N, 4] {\n  x |> fc: Linear(4)\n}\n`;
  expect(warnings(text)).toEqual([
    "W0107 Linear hides the library's layer Linear / Linear",
    "W0107 Adam hides the library's optimizer Adam / Adam",
  ]);
});

test('each is silenced by a comment', () => {
  const silenced = `
// netc-allow: W0107
fn relu(x: f32[...S]) -> f32[...S] { max(x, 0) }

model Net(image: f32[N, 3, 7, 7]) -> f32[N, 2] {
  image
    |> conv: Conv2d(4, kernel=3, padding=1)  // netc-allow: W0105
    |> bn: BatchNorm2d
    // netc-allow: W0106
    |> MaxPool2d(2) |> relu |> flatten |> fc: Linear(2)
}
`;
  expect(warnings(silenced)).toEqual([]);
  const codes = warnings(silenced.replaceAll('netc-allow', 'not')).map((text) => text.slice(0, 5));
  expect(codes).toEqual(['W0107', 'W0105', 'W0106']);
});
