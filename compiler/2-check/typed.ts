/**
 * The typed AST: models elaborated for their configuration. Every call is resolved, every configuration value is a
 * number, every expression has a type. Layers and functions keep their own bodies (instances), so that a summary can
 * walk them; `3-graph` inlines them.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Dim } from '../dim/dim.ts';
import type { Attributes, ElementType, TensorType } from '../ops/types.ts';

export type ConfigValue = number | boolean | string | null | readonly ConfigValue[];

export interface TypedProgram {
  /** Models with a complete default configuration, and those that `train` declarations configure. */
  readonly models: readonly TypedModel[];
  readonly datasets: readonly TypedDataset[];
  readonly trainings: readonly TypedTraining[];
}

export interface TypedModel {
  /** The generated class's name. */
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** The batch dimension's name, `N`. */
  readonly batch: string;
  readonly inputs: readonly TypedInput[];
  readonly output: TensorType;
  /** In declaration order, which is PyTorch's `state_dict` order. */
  readonly parameters: readonly TypedParameter[];
  readonly body: TypedBlock;
}

export interface TypedInput {
  readonly name: string;
  /** The local that the body refers to it by. */
  readonly local: number;
  readonly type: TensorType;
}

export interface TypedParameter {
  /** `conv1.weight` */
  readonly path: string;
  readonly type: TensorType;
  readonly trainable: boolean;
  readonly init: Initializer;
  readonly span: Span;
}

/** How a parameter starts. Bounds are resolved: `kaiming_uniform` of a 3x3 convolution of 32 channels is a `uniform`. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'truncated_normal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    };

/** `let`s in order, then the values: one, or those of a tuple. A local's number is unique within its model. */
export interface TypedBlock {
  readonly lets: readonly { readonly local: number; readonly name: string; readonly value: TypedExpr }[];
  /** Next values of buffers (`update`). */
  readonly updates: readonly { readonly path: string; readonly value: TypedExpr }[];
  readonly results: readonly TypedExpr[];
}

export type TypedExpr =
  | { readonly kind: 'local'; readonly local: number; readonly type: TensorType; readonly span: Span }
  | { readonly kind: 'parameter'; readonly path: string; readonly type: TensorType; readonly span: Span }
  | { readonly kind: 'literal'; readonly value: number; readonly type: TensorType; readonly span: Span }
  /** A dimension used as a number, f32 or i32 scalar (`sum(x) / N`). */
  | { readonly kind: 'size'; readonly dim: Dim; readonly type: TensorType; readonly span: Span }
  /** A number that the host provides each step (`step`). */
  | { readonly kind: 'uniform'; readonly name: string; readonly type: TensorType; readonly span: Span }
  /** A primitive of the operator registry. Elementwise operators' arguments may still need NumPy broadcasting. */
  | {
      readonly kind: 'op';
      readonly op: string;
      readonly args: readonly TypedExpr[];
      readonly attributes: Attributes;
      readonly type: TensorType;
      readonly span: Span;
    }
  /** One of the instance's results; the others are calls of the same instance with the same arguments. */
  | {
      readonly kind: 'call';
      readonly instance: TypedInstance;
      readonly result: number;
      readonly args: readonly TypedExpr[];
      readonly type: TensorType;
      readonly span: Span;
    };

/** A layer or function applied at one place, with its own elaborated body. */
export interface TypedInstance {
  readonly kind: 'layer' | 'fn' | 'augment' | 'sequence';
  /** `Conv2d`, `relu`. */
  readonly callee: string;
  /** The parameters' prefix, `conv1`; empty for a function or a layer without a name. */
  readonly path: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly inputs: readonly TypedInput[];
  /** One for each of the body's results. */
  readonly outputs: readonly TensorType[];
  readonly body: TypedBlock;
  /** Paths of the parameters that this instance itself declares. */
  readonly parameters: readonly string[];
}

export interface TypedDataset {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly sample: readonly { readonly name: string; readonly type: TensorType }[];
  readonly classes: readonly string[];
  readonly urls: readonly string[];
  readonly splits: readonly DatasetSplit[];
}

/** One file of a split for one field of the sample. */
export interface DatasetSplit {
  readonly name: 'train' | 'test' | 'validation';
  readonly files: readonly { readonly field: string; readonly file: string; readonly sha256?: string }[];
}

export interface TypedTraining {
  /** The generated class's name. */
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly model: TypedModel;
  /** The model with `training` true, for the training program; absent where that makes no difference. */
  readonly trainingModel?: TypedModel;
  readonly dataset: TypedDataset;
  /** The sample's fields with the batch in front, as locals of the three expressions below. */
  readonly fields: readonly TypedInput[];
  /** The model's inputs, by name, as expressions of the fields. */
  readonly input: readonly { readonly name: string; readonly value: TypedExpr }[];
  /** The same in training steps, where that differs: with the augment applied. */
  readonly augmented?: readonly { readonly name: string; readonly value: TypedExpr }[];
  /** The local that stands for the model's result in `loss` and `metrics`. */
  readonly output: number;
  readonly loss: TypedExpr;
  readonly metrics: readonly { readonly name: string; readonly value: TypedExpr }[];
  readonly optimizer: TypedOptimizer;
  /** The file that a run's parameters start from, and the layers that keep their own start values. */
  readonly weights?: { readonly file: string; readonly except: readonly string[]; readonly span: Span };
  readonly batch: number;
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly limit?: number;
  readonly validate: 'train' | 'test' | 'validation';
  /** After each so many epochs, and after the last. */
  readonly validateEvery: number;
}

/** An optimizer's declaration elaborated for one flat tensor of P elements. */
export interface TypedOptimizer {
  readonly name: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
  /** Locals for the parameter, the gradient; the step is the uniform `step`. */
  readonly parameter: number;
  readonly gradient: number;
  readonly size: Dim;
  readonly state: readonly { readonly name: string; readonly local: number; readonly initial: number }[];
  readonly lets: TypedBlock['lets'];
  readonly updates: readonly { readonly name: string; readonly value: TypedExpr }[];
  /** The largest norm that the gradient of all parameters may have; a longer one is shortened to it. */
  readonly clip?: number;
  /** Layers that learn at multiples of the rate. */
  readonly scales?: readonly RateScale[];
}

/** The parameters at or below a path change `scale` times as much as the optimizer's update says. */
export interface RateScale {
  readonly path: string;
  readonly scale: number;
}

export type { ElementType };
