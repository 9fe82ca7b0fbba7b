/** The text of the `.net` file that `netc init` writes: a page that shows what the language has, and trains as it is. */
import { classes, side } from './shapes.ts';

/** What the files of the data set are called; `sample` and the splits of the program name them. */
export const dataFiles = {
  train: { images: 'train-images.idx', labels: 'train-labels.idx' },
  test: { images: 'test-images.idx', labels: 'test-labels.idx' },
} as const;

/** Half the side twice over, 16 channels: what is left of a picture before the last layer. */
const features = 16 * (side / 4) ** 2;

/** The program of a project called `project`, whose model is called `model`. */
export function starterProgram(project: string, model: string): string {
  const { train, test } = dataFiles;
  return `// A small network that tells drawn shapes apart. Change anything, then let the compiler look at it:
//   npx netc check ${project}.net
// It knows every tensor's shape, and says where one does not fit and what to do about it.

/// Grey pictures of ${side} x ${side} pixels in four classes. The files are your own, in the folder data/ beside this one.
dataset Shapes {
  sample { image: u8[1, ${side}, ${side}], label: class(${classes.length}) }

  classes = [${classes.map((name) => `"${name}"`).join(', ')}]

  train { image = idx("${train.images}"), label = idx("${train.labels}") }
  test { image = idx("${test.images}"), label = idx("${test.labels}") }
}

/// An activation of our own: x * sigmoid(beta * x) (Ramachandran et al. 2017). A function takes tensors of any shape, which
/// ...S stands for, and options; its gradient is derived from it.
fn swish(x: f32[...S], beta: float = 1.0) -> f32[...S] { x * sigmoid(beta * x) }

/// A layer of our own: a convolution that keeps the picture's size, the activation, and pooling, which halves it. The first
/// brackets hold the configuration, the second the input; C, H and W are whatever the layer is applied to.
layer Stage(width: int)
  (x: f32[N, C, H, W]) -> f32[N, width, H / 2, W / 2]
  where H % 2 == 0 and W % 2 == 0 else "a picture of {H} x {W} cannot be halved"
{
  x |> conv: Conv2d(width, kernel=3, padding=1) |> swish |> MaxPool2d(2)
}

/// Two stages and a fully connected layer. |> hands a value on. A name before a layer is that of its parameters:
/// stage1.conv.weight, fc.bias. N, the number of pictures at once, stays open.
model ${model}(image: f32[N, 1, ${side}, ${side}]) -> f32[N, ${classes.length}] {
  let features: f32[N, 16, ${side / 4}, ${side / 4}] = image // This type may be left out; written down, it is checked.
    |> stage1: Stage(8)
    |> stage2: Stage(16)
  features |> flatten |> fc: Linear(${features} -> ${classes.length})
}

train ${model} on Shapes {
  input     = to_float(image) // pixels 0..255 as 0..1
  loss      = cross_entropy(output, label) // output: the model's result, a number for each class
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.01)
  batch     = 32
  epochs    = 10
  shuffle   = true
  seed      = 42
}
`;
}
