/**
 * Reads test/fixtures/*.json, which make_fixtures.py writes, as typed data; and makes the inputs of an operator's case.
 * Compares nothing: see `closeTo` in tolerance.ts for that.
 */
import { readFileSync } from 'node:fs';
import type { InitSpec } from '../../runtime/program.ts';
import { uniform } from './formula.ts';

export interface OperatorInput {
  /** `x`, or a parameter's path: `fc.weight`. */
  readonly name: string;
  readonly element: 'f32' | 'i32';
  /** `"N"` stands for the batch, symbolic for the compiler. */
  readonly shape: readonly (number | 'N')[];
  readonly low: number;
  readonly high: number;
  readonly seed: number;
  /** Rounded down, for ties and class indices. */
  readonly whole?: boolean;
  /** K of a `class(K)` tensor. */
  readonly classes?: number;
}

export interface OperatorCase {
  readonly name: string;
  /** The expression in the language, over the inputs' names. */
  readonly net: string;
  /** The expression that PyTorch evaluated, in float64. */
  readonly torch: string;
  /** The batch. */
  readonly n: number;
  /** The compiler's operator, with its attributes, where the expression is exactly one. */
  readonly op?: string;
  readonly attributes?: Readonly<Record<string, number | boolean | readonly number[]>>;
  readonly inputs: readonly OperatorInput[];
  readonly shape: readonly number[];
  readonly value: readonly number[];
  /** Seed of the output's gradient, uniform in -1..1; absent where nothing has a gradient. */
  readonly upstream?: number;
  /** By input. */
  readonly gradients?: Readonly<Record<string, readonly number[]>>;
}

/** Every `stride`-th element of a tensor, at most 64. */
export interface Sampled {
  readonly stride: number;
  readonly values: readonly number[];
}

export interface TrainingCurve {
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
}

/** Twenty steps of Adam on data by formula: batch k is the samples 64k .. 64k + 63, pixels divided by 255. */
export interface TrainingRun {
  /** The model's file in models/. */
  readonly name: string;
  readonly logits: boolean;
  readonly parameter_seed: number;
  readonly noise_seed: number;
  readonly batch: number;
  readonly learning_rate: number;
  readonly float64: TrainingCurve;
  readonly float32: TrainingCurve;
  /** Before any step, on the samples 0 .. batch - 1; `output` holds the first four rows. */
  readonly partial: { readonly batch: number; readonly loss: number; readonly output: readonly number[] };
  /** Gradients of the first batch (and their largest magnitude), values after the last step; from float64. */
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly gradient: Sampled & { readonly max: number };
    readonly trained: Sampled & { readonly sum: number; readonly abs_sum: number };
  }[];
}

/** How the parameters of a layer start (its input's axes after the batch, or its element type), or a tensor that a function of torch.nn.init filled; moments of trunc_normal_. */
export type InitialRow =
  | {
      readonly layer: string;
      readonly input: readonly number[] | string;
      readonly init: Readonly<Record<string, InitSpec>>;
    }
  | { readonly function: string; readonly shape: readonly number[]; readonly init: InitSpec }
  | {
      readonly truncated: Readonly<Partial<Record<'mean' | 'std' | 'a' | 'b', number>>>;
      readonly mean: number;
      readonly std: number;
    };

/** Ten steps of an optimizer from parameters and gradients by formula. */
export interface OptimizerCase {
  /** The optimizer as the language says it. */
  readonly net: string;
  /** Further settings of the training, separated by commas. */
  readonly settings?: string;
  readonly seed: number;
  /** Parameters. */
  readonly size: number;
  /** The parameters after each step, in float64. */
  readonly steps: readonly (readonly number[])[];
}

/** The network of norm_net.py after some steps of SGD, in float64. */
export interface BatchNormRun {
  readonly seed: number;
  /** Samples of each step's batch. */
  readonly batches: readonly [number, ...number[]];
  readonly lr: number;
  readonly momentum: number;
  readonly weight_decay: number;
  readonly losses: readonly number[];
  /** Of inference on the first batch at the end. */
  readonly output: readonly number[];
  /** Parameters and buffers at the end. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly value: readonly number[];
  }[];
}

/** What is kept of a large tensor; `weightedSum` of digests.ts says what `weighted` is. */
export interface TensorDigest {
  /** The largest magnitude. */
  readonly max: number;
  /** The root of the sum of squares. */
  readonly norm: number;
  readonly weighted: number;
  readonly stride: number;
  /** Every `stride`-th value, at most 16. */
  readonly values: readonly number[];
}

/** A training of torchvision's ResNet-18 with Adam(lr=0.001), in float64: resnet.py says what its data are. */
export interface ResnetRun {
  readonly name: string;
  readonly classes: number;
  readonly channels: number;
  readonly size: number;
  readonly batch: number;
  /** Seeds. */
  readonly weights: number;
  readonly pictures: number;
  readonly losses: readonly number[];
  /** Running means and variances after the last step. */
  readonly statistics: Readonly<Record<string, TensorDigest>>;
}

/** One step. */
export interface ResnetStep extends ResnetRun {
  /** In training mode. */
  readonly output: TensorDigest;
  readonly gradients: Readonly<Record<string, TensorDigest>>;
}

/** Many steps, of kernels `scale` times as large. */
export interface ResnetTraining extends ResnetRun {
  readonly scale: number;
}

/** Rows of the output for inputs of 1 to 12 rows; 0 where PyTorch refuses. */
export interface ShapeRow {
  readonly layer: 'Conv2d' | 'MaxPool2d' | 'AvgPool2d';
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Of convolutions. */
  readonly dilation?: number;
  /** Of pooling. */
  readonly ceil?: boolean;
  readonly rows: readonly number[];
}

/** Whether c input channels (the c-th text) and o outputs (its o-th character) go with so many groups: "1" or "0". */
export interface GroupRow {
  readonly groups: number;
  readonly allowed: readonly string[];
}

/** What is kept of a tensor: every `stride`-th value, and the sum of all times `uniform(1, count, -1, 1)`. */
export interface Digest {
  readonly count: number;
  readonly stride: number;
  readonly values: readonly number[];
  readonly weighted: number;
}

/** An operator's case of which only digests are kept. */
export type GridCase = Omit<OperatorCase, 'value' | 'gradients' | 'upstream'> & {
  readonly value: Digest;
  readonly gradients: Readonly<Record<string, Digest>>;
  readonly upstream: number;
};

/** What torchvision makes of a picture of garments.json, with given parameters. */
export interface AugmentRow {
  /** Whether `net` is an expression over `image`, or an augment. */
  readonly kind: 'function' | 'augment';
  readonly picture: number;
  readonly net: string;
  readonly torch: string;
  readonly shape: readonly number[];
  /** Values in 65,536 steps from low to high: base64 of little-endian 16-bit numbers. */
  readonly low: number;
  readonly high: number;
  readonly steps: string;
}

/** How often torchvision drew each top, left, height and width of a window, and each height with each width (row-major). */
export interface WindowRow {
  readonly net: string;
  readonly size: readonly [number, number];
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly draws: number;
  readonly top: readonly number[];
  readonly left: readonly number[];
  readonly height: readonly number[];
  readonly width: readonly number[];
  readonly sides: readonly number[];
}

export interface FormulaCheck {
  readonly what: string;
  readonly values: readonly number[];
}

function read(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
}

export function operatorCases(): readonly OperatorCase[] {
  return read('operators').cases as readonly OperatorCase[];
}

export function trainingRuns(): readonly TrainingRun[] {
  return read('training').runs as readonly TrainingRun[];
}

export function gridShapes(): readonly (ShapeRow | GroupRow)[] {
  return read('grid_shapes').rows as readonly (ShapeRow | GroupRow)[];
}

export function gridCases(): readonly GridCase[] {
  return read('grid_sample').cases as readonly GridCase[];
}

export function initialRows(): readonly InitialRow[] {
  return read('initial').rows as readonly InitialRow[];
}

export function optimizerCases(): readonly OptimizerCase[] {
  return read('optimizers').cases as readonly OptimizerCase[];
}

export function batchNormRuns(): readonly [BatchNormRun] {
  return read('batch_norm').runs as readonly [BatchNormRun];
}

export function resnetRuns(): readonly [small: ResnetStep, large: ResnetStep, training: ResnetTraining] {
  return read('resnet').runs as readonly [ResnetStep, ResnetStep, ResnetTraining];
}

export function augmentRows(): readonly AugmentRow[] {
  return read('augments').rows as readonly AugmentRow[];
}

export function windowRows(): readonly WindowRow[] {
  return read('windows').rows as readonly WindowRow[];
}

export function formulaChecks(): readonly FormulaCheck[] {
  return read('formula').checks as readonly FormulaCheck[];
}

/** The input's shape with the batch filled in. */
export function inputShape(input: OperatorInput, n: number): readonly number[] {
  return input.shape.map((size) => (size === 'N' ? n : size));
}

/** The input's values, row-major. */
export function inputValues(input: OperatorInput, n: number): Float32Array {
  const count = inputShape(input, n).reduce((product, size) => product * size, 1);
  const values = uniform(input.seed, count, input.low, input.high);
  return input.whole === true ? values.map(Math.floor) : values;
}

/** The gradient that arrives at the output; undefined where nothing has a gradient. */
export function upstreamValues(test: OperatorCase): Float32Array | undefined {
  return test.upstream === undefined ? undefined : uniform(test.upstream, test.value.length, -1, 1);
}
