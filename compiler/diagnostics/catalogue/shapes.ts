/** E03xx: shapes. */
import type { Entry } from './entry.ts';

export const shapes = {
  E0301: {
    title: 'wrong input size',
    severity: 'error',
    explanation: `A layer states how large its input is (\`Linear(1024 -> 64)\` takes 1024 features), and what it is given has
another size. Write the size that arrives, or leave it out (\`Linear(64)\`) to have it inferred.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image |> flatten |> fc: Linear(728 -> 10)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image |> flatten |> fc: Linear(784 -> 10)
}
`,
  },
  E0302: {
    title: 'sizes that do not agree',
    severity: 'error',
    explanation: `An input has another size than the signature asks for: a number, a formula, or a name that another input gave a value.`,
    failing: `layer Merge(x: f32[N, C], y: f32[N, C]) -> f32[N, C] {
  x + y
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  let wide = image |> up: Linear(16)
  (image, wide) |> Merge
}
`,
    fixed: `layer Merge(x: f32[N, C], y: f32[N, C]) -> f32[N, C] {
  x + y
}

model Net(image: f32[N, 8]) -> f32[N, 8] {
  let wide = image |> up: Linear(8)
  (image, wide) |> Merge
}
`,
  },
  E0303: {
    title: 'another number of axes',
    severity: 'error',
    explanation: `A layer or function takes a tensor with a certain number of axes, and is given one with more or fewer. \`flatten\` joins all
axes but the batch; \`reshape\` makes any shape.`,
    failing: `model Net(image: f32[N, 784]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel=3)
}
`,
    fixed: `model Net(image: f32[N, 784]) -> f32[N, 8, 26, 26] {
  reshape(image, (N, 1, 28, 28)) |> conv: Conv2d(8, kernel=3)
}
`,
  },
  E0304: {
    title: 'a requirement that does not hold',
    severity: 'error',
    explanation: `A layer states with \`where\` what its configuration and sizes must satisfy, and this use does not.`,
    failing: `model Net(image: f32[N, 1, 3, 3]) -> f32[N, 8, 1, 1] {
  image |> conv: Conv2d(8, kernel=5)
}
`,
    fixed: `model Net(image: f32[N, 1, 5, 5]) -> f32[N, 8, 1, 1] {
  image |> conv: Conv2d(8, kernel=5)
}
`,
  },
  E0305: {
    title: 'another type than declared',
    severity: 'error',
    explanation: `A value has another type than its \`let\`, its body's signature or the buffer that it updates declares.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 784] {
  let pixels: f32[N, 728] = flatten(image)
  pixels
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 784] {
  let pixels: f32[N, 784] = flatten(image)
  pixels
}
`,
  },
  E0306: {
    title: 'shapes that cannot be combined',
    severity: 'error',
    explanation: `Elementwise arithmetic aligns the shapes at their last axes; along each axis the sizes must be equal, or one of them 1,
which is then repeated (NumPy's broadcasting).`,
    failing: `model Net(a: f32[N, 8], b: f32[N, 6]) -> f32[N, 8] {
  a + b
}
`,
    fixed: `model Net(a: f32[N, 8], b: f32[N, 1]) -> f32[N, 8] {
  a + b
}
`,
  },
  E0307: {
    title: 'a dimension of zero or less',
    severity: 'error',
    explanation: `A tensor would have no elements, because a dimension comes out as zero or negative.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 0] {
  image |> fc: Linear(0)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 1] {
  image |> fc: Linear(1)
}
`,
  },
  E0308: {
    title: 'an operator that does not fit its inputs',
    severity: 'error',
    explanation: `An operator's own rule about shapes, axes or element types is not met; the message says which.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 100] {
  reshape(image, (N, 100))
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 784] {
  reshape(image, (N, 784))
}
`,
  },
  E0309: {
    title: 'a size of a model that stays open',
    severity: 'error',
    explanation: `Of a model's input only the first dimension, the batch, may stay open until run time; all others are numbers, so that
kernels can be made for them. Make a size configuration with a default where it should vary: \`model Net(size: int = 28)(…)\`.`,
    failing: `model Net(image: f32[N, C, 28, 28]) -> f32[N, C, 14, 14] {
  image |> MaxPool2d(2)
}
`,
    fixed: `model Net(C: int = 3)(image: f32[N, C, 28, 28]) -> f32[N, C, 14, 14] {
  image |> MaxPool2d(2)
}
`,
  },
} as const satisfies Record<`E03${number}`, Entry>;
