/** Whole programs in the language: the repository's own files and those that the language reference shows. */
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Text by path. */
export const repositoryFiles: ReadonlyMap<string, string> = new Map(
  ['compiler/std/', 'models/'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith('.net'))
      .map((name): [string, string] => [`${folder}${name}`, readFileSync(new URL(`${folder}${name}`, root), 'utf8')]),
  ),
);

export const shown: ReadonlyMap<string, string> = new Map([
  [
    'cnn',
    `// models/fashion_cnn.net
import { FashionMnist } from "./fashion_mnist.net"

model FashionCnn(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  let features: f32[N, 128, 3, 3] = image
    |> conv1: Conv2d(1 -> 32, kernel=3)   |> relu |> MaxPool2d(2)
    |> conv2: Conv2d(32 -> 64, kernel=3)  |> relu |> MaxPool2d(2)
    |> conv3: Conv2d(64 -> 128, kernel=3) |> relu
  features |> flatten
    |> fc1: Linear(1152 -> 64) |> relu
    |> fc2: Linear(64 -> 10)
    |> softmax
}

train FashionCnn on FashionMnist {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.001)
  batch     = 64
  epochs    = 30
  shuffle   = true
  seed      = 42
}
`,
  ],
  [
    'residual block',
    `/// A residual block of two 3x3 convolutions (He et al. 2015).
layer BasicBlock(width: int, stride: int = 1)
  (x: f32[N, C, H, W]) -> f32[N, width, ceil(H / stride), ceil(W / stride)]
{
  let main = x
    |> conv1: Conv2d(width, kernel=3, stride=stride, padding=1, bias=false) |> bn1: BatchNorm2d |> relu
    |> conv2: Conv2d(width, kernel=3, padding=1, bias=false) |> bn2: BatchNorm2d
  let shortcut = if stride != 1 or C != width
    { x |> downsample: [Conv2d(width, kernel=1, stride=stride, bias=false), BatchNorm2d] }
    else { x }
  relu(main + shortcut)
}
`,
  ],
  [
    'resnet',
    `model ResNet18(classes: int = 1000, channels: int = 3, size: int = 224)
  (image: f32[N, channels, size, size]) -> f32[N, classes]
{
  image
    |> conv1: Conv2d(channels -> 64, kernel=7, stride=2, padding=3, bias=false) |> bn1: BatchNorm2d |> relu
    |> MaxPool2d(3, stride=2, padding=1)
    |> layer1: [2 * BasicBlock(64)]
    |> layer2: [BasicBlock(128, stride=2), BasicBlock(128)]
    |> AdaptiveAvgPool2d(1) |> flatten
    |> fc: Linear(512 -> classes)
}
`,
  ],
  [
    'named training',
    `train FashionResNet: ResNet18(classes=10, channels=1, size=28) on FashionMnist {
  augment = RandomHorizontalFlip() |> RandomErasing(p=0.1)
  weights = pretrained("resnet18-f37072fd.pth", except=[conv1, fc])
  schedule = cosine(warmup=500)
  validate = test
}
`,
  ],
  [
    'library',
    `layer Conv2d(C -> out: int, kernel: (int, int), stride: (int, int) = 1, padding: (int, int) = 0,
             dilation: (int, int) = 1, groups: int = 1, bias: bool = true)
  (x: f32[N, C, H, W]) -> f32[N, out, (H + 2 * padding.0 - dilation.0 * (kernel.0 - 1) - 1) / stride.0 + 1, W]
  where C % groups == 0 else "groups={groups} does not divide the {C} input channels"
{
  param weight: f32[out, C / groups, kernel.0, kernel.1] = kaiming_uniform()
  buffer running_mean: f32[C] = zeros()
  update running_mean = if training { 0.9 * running_mean + 0.1 * mean(x, axis=0) } else { running_mean }
  conv2d(x, weight)
}

augment RandomHorizontalFlip(p: float = 0.5)(image: f32[C, H, W]) -> f32[C, H, W] {
  let flip = uniform(0, 1) < p
  for c in C, y in H, x in W { image[c, y, if flip { W - 1 - x } else { x }] }
}

augment RandomResizedCrop(size: int, scale: float..float = 0.08..1.0)(image: f32[C, H, W]) -> f32[C, size, size] {
  let (top, left) = (normal(0, 1), bernoulli(0.5))
  for c in C, y in size, x in size { bilinear(image, c, y + top, x + left) }
}
`,
  ],
  [
    'training',
    `optimizer Momentum(lr: float, beta: float = 0.9)(p: f32[...S], g: f32[...S], step: int) {
  state m = zeros()
  let next = beta * m + g
  update m = next
  update p = p - lr * next
}

dataset Digits {
  sample { image: u8[1, 28, 28], label: class(10) }
  classes = ["zero", "one"]
  train { images = "a \\"quoted\\" name" }
  test { images = "b" }
}

intrinsic fn matmul(a: f32[...A], b: f32[...B])
const rate = -1e-3
`,
  ],
]);
