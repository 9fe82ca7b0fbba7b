/** What the language allows must be allowed: each program here is valid. */
import { expect, test } from 'vitest';
import { showType } from '../../compiler/ops/infer.ts';
import { checkValid } from './harness.ts';

const output = (text: string): string => showType(checkValid(text).models[0].output);
const paths = (text: string): string[] => checkValid(text).models[0].parameters.map((p) => p.path);

test('lists number their elements, functions included, and splices are written out', () => {
  const text = `
layer Block(width: int)(x: f32[N, C]) -> f32[N, width] {
  x |> fc: Linear(width) |> relu
}

model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> body: [Linear(16), relu, 2 * Block(16), 2 * [relu, Linear(16)], named: Linear(4), [relu, Linear(4)]]
}
`;
  expect(paths(text).filter((path) => path.endsWith('weight'))).toEqual([
    'body.0.weight',
    'body.2.fc.weight',
    'body.3.fc.weight',
    'body.5.weight',
    'body.7.weight',
    'body.named.weight',
    'body.9.1.weight',
  ]);
});

test('the body of a model may be a list without a name, as nn.Sequential', () => {
  expect(paths('model Net(image: f32[N, 8]) -> f32[N, 4] {\n  image |> [Linear(8), relu, Linear(4)]\n}\n')).toEqual([
    '0.weight',
    '0.bias',
    '2.weight',
    '2.bias',
  ]);
});

test('configuration: defaults, one int for two, if over sizes, constants, models as layers', () => {
  const text = `
const width = 6

/// A residual block.
layer Residual(width: int, stride: int = 1)
  (x: f32[N, C, H, W]) -> f32[N, width, ceil(H / stride), ceil(W / stride)]
{
  let main = x |> conv: Conv2d(width, kernel=3, stride=stride, padding=1, bias=false) |> relu
  let shortcut = if stride != 1 or C != width
    { x |> downsample: [Conv2d(width, kernel=1, stride=stride, bias=false)] }
    else { x }
  relu(main + shortcut)
}

model Trunk(channels: int = 3, size: int = 15)(image: f32[N, channels, size, size]) -> f32[N, width, ceil(size / 2), ceil(size / 2)] {
  image |> a: Residual(width, stride=2) |> b: Residual(width)
}

model Net(image: f32[N, 1, 20, 20]) -> f32[N, 10] {
  image |> trunk: Trunk(1, 20) |> flatten |> fc: Linear(10)
}
`;
  expect(checkValid(text).models.map((m) => `${m.name} ${showType(m.output)}`)).toEqual([
    'Trunk f32[N, 6, 8, 8]',
    'Net f32[N, 10]',
  ]);
  expect(checkValid(text).models[1].parameters.map((p) => p.path)).toEqual([
    'trunk.a.conv.weight',
    'trunk.a.downsample.0.weight',
    'trunk.b.conv.weight',
    'fc.weight',
    'fc.bias',
  ]);
});

test('tuples through pipes, several inputs, lets of tuples', () => {
  const text = `
layer Gate(a: f32[N, C], b: f32[N, C]) -> f32[N, C] {
  (a |> left: Linear(C)) * sigmoid(b |> right: Linear(C))
}

model Net(a: f32[N, 8], b: f32[N, 8]) -> f32[N, 8] {
  let (x, y) = (relu(a), tanh(b))
  (x, y) |> gate: Gate
}
`;
  expect(output(text)).toBe('f32[N, 8]');
});

test('arithmetic: broadcasting, literals, comparison, where, unary minus, matrix product, sizes as numbers', () => {
  const text = `
model Net(x: f32[N, 4, 6]) -> f32[N, 4, 4] {
  let centred = x - mean(x, axis=-1, keepdim=true)
  let positive = where(centred > 0 and not (centred > 1), centred, -centred / 2)
  let scaled = positive * (1 / sqrt(6)) + 3 * N / (N + 1)
  scaled @ permute(scaled, (0, 2, 1))
}
`;
  expect(output(text)).toBe('f32[N, 4, 4]');
});

test('reductions, reshape with -1, indexing, one_hot', () => {
  const text = `
model Net(x: f32[N, 4, 6]) -> f32[N, 24] {
  let most = max(x, axis=2)
  let picked = x[:, 1:3, -1]
  let first = x[:, 0]
  let total = sum(x) + sum(most) + sum(picked) + sum(first, axis=(0, 1))
  reshape(x, (N, -1)) + total
}
`;
  expect(output(text)).toBe('f32[N, 24]');
});

test('every function and layer of the library can be used', () => {
  const text = `
model Net(image: f32[N, 2, 8, 8]) -> f32[N, 3] {
  let a = image |> conv: Conv2d(2 -> 4, kernel=(3, 1), stride=(1, 2), padding=1, dilation=1, groups=2, bias=false)
  let b = a |> leaky_relu |> relu6 |> elu(0.5) |> silu |> gelu |> hardswish |> abs |> clamp(0, 1)
  let c = b |> AvgPool2d(2, ceil=true) |> MaxPool2d((2, 1), stride=1, padding=(1, 0))
  let d = concat(c, flip(c, axis=1), axis=1)
  let e = pad(d, before=(0, 0, 1, 1), after=(0, 0, 1, 1), value=0.5) |> flatten
  let f = exp(log(sqrt(square(e) + 1))) |> norm: LayerNorm
  let g = pow(max(min(f, 3), 0), 2) |> floor
  linear(log_softmax(softmax(detach(g))), broadcast_to(sum(g), (3, 280))) + mse_loss(g, g) + bce_with_logits(g, g)
}
`;
  expect(output(text)).toBe('f32[N, 3]');
});

test('training and buffers make a training program of its own', () => {
  const text = `
layer Centre(momentum: float = 0.1)(x: f32[N, C]) -> f32[N, C] {
  buffer running: f32[C] = zeros()
  let now = mean(x, axis=0)
  update running = (1 - momentum) * running + momentum * now
  x - if training { now } else { running }
}

dataset Points {
  sample { point: f32[4], label: class(3) }
  train { point = idx("p.gz")
          label = idx("l.gz") }
}

model Net(point: f32[N, 4]) -> f32[N, 3] {
  point |> centre: Centre |> fc: Linear(3)
}

train Net on Points {
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
}
`;
  const [training] = checkValid(text).trainings;
  expect(training.trainingModel).toBeDefined();
  expect(training.model.parameters.map((p) => `${p.path} ${p.trainable}`)).toEqual([
    'centre.running false',
    'fc.weight true',
    'fc.bias true',
  ]);
  expect(training.validate).toBe('train');
  expect(training.input.map((i) => i.name)).toEqual(['point']);
});
