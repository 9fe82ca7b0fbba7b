/** E02xx: names and declarations. */
import type { Entry } from './entry.ts';

const training = (setting: string): string => `dataset Points {
  sample { point: f32[4], label: class(3) }
  train {
    point = idx("points.gz")
    label = idx("labels.gz")
  }
}

model Net(point: f32[N, 4]) -> f32[N, 3] {
  point |> fc: Linear(3)
}

train Net on Points {
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
${setting}
}
`;

export const names = {
  E0201: {
    title: 'unknown name',
    severity: 'error',
    explanation: `A name is used that nothing declares: no \`let\`, no input, no declaration or import of the file, and nothing of
the standard library. Names are case-sensitive: \`Linear\` is a layer, \`linear\` is a function.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4) |> rellu
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4) |> relu
}
`,
  },
  E0202: {
    title: 'declared twice',
    severity: 'error',
    explanation: `Two declarations, inputs, configuration values or settings of one place have the same name. (A \`let\` may take a name again.)`,
    failing: `fn double(x: f32[...S]) -> f32[...S] { x + x }

fn double(x: f32[...S]) -> f32[...S] { 2 * x }
`,
    fixed: `fn double(x: f32[...S]) -> f32[...S] { x + x }

fn twice(x: f32[...S]) -> f32[...S] { 2 * x }
`,
  },
  E0203: {
    title: 'no such file',
    severity: 'error',
    explanation: `An \`import\` names a file that does not exist. Paths are relative to the importing file and written with their ending. The
standard library needs no import.`,
    failing: `import { Digits } from "./digit.net"

model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
    files: {
      './digits.net': `dataset Digits {
  sample { image: u8[1, 8, 8], label: class(10) }
}
`,
    },
    fixed: `import { Digits } from "./digits.net"

model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0204: {
    title: 'the file declares no such name',
    severity: 'error',
    explanation: `The imported file exists, but does not declare the name itself. What a file imports it does not pass on.`,
    failing: `import { Garments } from "./digits.net"

model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
    files: {
      './digits.net': `dataset Digits {
  sample { image: u8[1, 8, 8], label: class(10) }
}
`,
    },
    fixed: `import { Digits } from "./digits.net"

model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0205: {
    title: 'files that import each other',
    severity: 'error',
    explanation: `A file imports one that, directly or through others, imports it again. Move what both need into a third file.`,
    failing: `import { Block } from "./main.net"

layer Block(x: f32[N, C]) -> f32[N, C] {
  relu(x)
}
`,
    fixed: `layer Block(x: f32[N, C]) -> f32[N, C] {
  relu(x)
}
`,
  },
  E0206: {
    title: 'a layer without a name',
    severity: 'error',
    explanation: `A layer that owns parameters must have a name (\`fc1: Linear(10)\`) or stand in a list: weights files, and you, know its
parameters by that name (\`fc1.weight\`). Layers without parameters, as MaxPool2d, need none.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> Linear(4)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4)
}
`,
  },
  E0207: {
    title: 'two layers with one name',
    severity: 'error',
    explanation: `Two layers of a body have the same name, so that their parameters would too. Each layer has parameters of its own.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(8) |> relu |> fc: Linear(4)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc1: Linear(8) |> relu |> fc2: Linear(4)
}
`,
  },
  E0208: {
    title: 'something is used as what it is not',
    severity: 'error',
    explanation: `A layer, function, data set or value stands where another of these is needed. Layers (upper case) are built from
configuration and applied to what a pipe brings: \`x |> fc: Linear(10)\`. Functions (lower case) are called: \`relu(x)\`, or
\`x |> relu\`.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 1, 14, 14] {
  MaxPool2d(2)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 1, 14, 14] {
  image |> MaxPool2d(2)
}
`,
  },
  E0209: {
    title: 'something without end',
    severity: 'error',
    explanation: `A layer or function uses itself without an \`if\` that ends it, or a constant is computed from itself.`,
    failing: `fn again(x: f32[...S]) -> f32[...S] { again(x) }

model Net(image: f32[N, 8]) -> f32[N, 8] {
  again(image)
}
`,
    fixed: `fn again(x: f32[...S], times: int) -> f32[...S] { if times == 0 { x } else { again(relu(x), times - 1) } }

model Net(image: f32[N, 8]) -> f32[N, 8] {
  again(image, 3)
}
`,
  },
  E0210: {
    title: 'a value that is missing or not used',
    severity: 'error',
    explanation: `The value of a body is its last expression. An expression before it whose value nobody uses does nothing, a body that
ends with a \`let\` has no value, and neither has an \`if\` without \`else\` whose condition is false.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  let hidden = relu(image)
  relu(hidden)
  hidden
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  let hidden = relu(image)
  relu(hidden)
}
`,
  },
  E0211: {
    title: 'not supported yet',
    severity: 'error',
    explanation: `The language has this, but this version of the compiler does not translate it yet. The language reference says what it does.`,
    failing: training('  precision = f16'),
    fixed: training(''),
  },
} as const satisfies Record<`E02${number}`, Entry>;
