/** E04xx: types of values and arguments. */
import type { Entry } from './entry.ts';

export const types = {
  E0401: {
    title: 'unknown argument',
    severity: 'error',
    explanation: `An argument is given by a name that the layer or function does not have. The names are those of its
declaration; they are PyTorch's, with \`kernel\`, \`out\` and \`axis\` for \`kernel_size\`, \`out_channels\` and \`dim\`.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel_size=3)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel=3)
}
`,
  },
  E0402: {
    title: 'a missing argument',
    severity: 'error',
    explanation: `A call leaves out an argument that has no default, or a pipe brings fewer inputs than the layer takes.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel=3)
}
`,
  },
  E0403: {
    title: 'too many arguments, or one twice',
    severity: 'error',
    explanation: `A call gives more arguments than its callee has, or the same one by position and by name.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image, 6)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu6(image)
}
`,
  },
  E0404: {
    title: 'a value of another type',
    severity: 'error',
    explanation: `A configuration value or dimension has the wrong type. An \`int\` is accepted for \`float\`, and for \`(int, int)\`, where it
means both. Dividing integers gives a number; \`floor(a / b)\` and \`ceil(a / b)\` give integers.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4.5)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4)
}
`,
  },
  E0405: {
    title: 'another element type',
    severity: 'error',
    explanation: `A layer or function takes elements of another type. Pixels (\`u8\`) become numbers with \`to_float\`, integers and truth
values with \`to_f32\`.`,
    failing: `model Net(image: u8[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4)
}
`,
    fixed: `model Net(image: u8[N, 8]) -> f32[N, 4] {
  to_float(image) |> fc: Linear(4)
}
`,
  },
  E0406: {
    title: 'not a tensor',
    severity: 'error',
    explanation: `A tensor or a number is needed, and something else is there: a string, a tuple, a list.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu("image")
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0407: {
    title: 'a condition that is not known at compile time',
    severity: 'error',
    explanation: `\`if\` chooses between two programs at compile time, so that its condition is about configuration and sizes. To choose
element by element at run time use \`where(condition, a, b)\`.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  if image > 0 { image } else { 0 * image }
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  where(image > 0, image, 0 * image)
}
`,
  },
  E0408: {
    title: 'no such member',
    severity: 'error',
    explanation: `Only tuples have members, and they are numbered from 0: \`padding.0\`, \`padding.1\`.`,
    failing: `layer Frame(padding: (int, int) = 1)(x: f32[N, C]) -> f32[N, C] {
  x * padding.2
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> Frame
}
`,
    fixed: `layer Frame(padding: (int, int) = 1)(x: f32[N, C]) -> f32[N, C] {
  x * padding.1
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> Frame
}
`,
  },
  E0409: {
    title: 'a wrong parameter, buffer or state',
    severity: 'error',
    explanation: `A \`param\` and a \`buffer\` have an f32 type of known size and a start value (\`zeros()\`, \`uniform(-0.1, 0.1)\`,
\`kaiming_uniform()\`); a \`state\` belongs to an optimizer; \`update\` changes only buffers, and in an optimizer its parameter and
states.`,
    failing: `layer Scale(x: f32[N, C]) -> f32[N, C] {
  param scale: f32[N, C] = ones()
  x * scale
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> scale: Scale
}
`,
    fixed: `layer Scale(x: f32[N, C]) -> f32[N, C] {
  param scale: f32[C] = ones()
  x * scale
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> scale: Scale
}
`,
  },
  E0410: {
    title: 'not for each element',
    severity: 'error',
    explanation: `The body of a comprehension is computed for each of its indices. Arithmetic, functions, reductions, indexing and
matrix products can be; what works on windows of whole images (a convolution, pooling) can't. Compute it outside, for all of them
at once, and index its result.`,
    failing: `model Net(image: f32[N, 3, 8, 8]) -> f32[N, 48] {
  let scales = for k in 2 { max_pool2d(image * k, 2) }
  scales[1] |> flatten
}
`,
    fixed: `model Net(image: f32[N, 3, 8, 8]) -> f32[N, 48] {
  let pooled = max_pool2d(image, 2)
  let scales = for k in 2 { pooled * k }
  scales[1] |> flatten
}
`,
  },
} as const satisfies Record<`E04${number}`, Entry>;
