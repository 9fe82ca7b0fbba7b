/** Small models from text, and random values for the leaves of their graphs. */
import type { TypedTraining } from '../../compiler/2-check/typed.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { tensor } from '../../compiler/ops/reference.ts';
import { checkValid } from '../check/harness.ts';
import { randomNumbers } from '../ops/support.ts';

/** Convolution, padding, both poolings, an unused pixel row, softmax, and a value that is used twice. */
export const smallCnn = `
dataset Pictures {
  sample { image: u8[2, 9, 8], label: class(3) }
  train { image = idx("images"), label = idx("labels") }
}

model Small(image: f32[N, 2, 9, 8]) -> f32[N, 3] {
  let features = image
    |> conv1: Conv2d(2 -> 4, kernel=3, padding=1) |> relu |> MaxPool2d(2)
    |> conv2: Conv2d(4 -> 4, kernel=2) |> tanh |> AvgPool2d(2, stride=1)
  let h = features |> flatten |> fc1: Linear(5)
  h + sigmoid(h) |> fc2: Linear(5 -> 3) |> softmax
}

train Small on Pictures {
  input     = to_float(image)
  // netc-allow: W0101
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.01)
  batch     = 2
  epochs    = 1
}
`;

export function trainingOf(text: string): TypedTraining {
  const [training] = checkValid(text).trainings;
  if (!training) throw new Error('the program has no training');
  return training;
}

/** Values for every leaf of some graphs: whole numbers for integers, -0.5 to 0.5 for parameters, 0 to 1 for inputs. */
export function randomBindings(graphs: readonly Graph[], dims: Readonly<Record<string, number>>, seed = 3): Bindings {
  const random = randomNumbers(seed);
  const found: Record<'input' | 'parameter' | 'state', Record<string, ReferenceTensor>> = {
    input: {},
    parameter: {},
    state: {},
  };
  for (const { op, attributes, type } of graphs.flatMap((graph) => graph.nodes)) {
    if (op !== 'input' && op !== 'parameter' && op !== 'state') continue;
    const name = String(attributes.name ?? attributes.path);
    const shape = type.shape.map((d) => dim.evaluate(d, dims));
    const limit = type.element === 'u8' ? 256 : type.classes ? dim.evaluate(type.classes, dims) : 2;
    const draw = (): number => {
      if (type.element !== 'f32') return Math.floor(limit * random());
      return op === 'parameter' ? random() - 0.5 : random();
    };
    found[op][name] ??= tensor(shape, draw);
  }
  return { dims, inputs: found.input, parameters: found.parameter, states: found.state, uniforms: { step: 3 } };
}
