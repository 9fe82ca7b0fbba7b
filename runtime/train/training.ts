/**
 * What a generated module says about a training run, as plain data, and the settings that a person may change.
 */
import type { DatasetSpec, OwnFolder, SplitName } from '../data/dataset.ts';
import type { Report } from '../data/download.ts';
import type { Progress } from '../device.ts';
import type { ModelSpec } from '../model-spec.ts';

/** The compiled side of a `train` declaration. */
export interface TrainingSpec {
  readonly name: string;
  readonly model: ModelSpec;
  readonly dataset: DatasetSpec;
  /** For each field of a sample: the `input` buffer of the programs `train` and `evaluate` that takes it. */
  readonly fields: readonly { readonly name: string; readonly buffer: number }[];
  /** The split that is evaluated after each epoch. */
  readonly validate: SplitName;
  /** The module's uniforms for a run of one of its programs; as many as `module.uniforms`. */
  readonly uniforms: (numbers: RunNumbers) => readonly number[];
}

/** What the host knows of a run of a program. */
export interface RunNumbers {
  /** 1 for the first training step. */
  readonly step: number;
  /** The number of all steps, by which the learning rate may go. */
  readonly steps: number;
  /** Samples of the batch. */
  readonly n: number;
  /** The step draws its random numbers with this key. */
  readonly key0: number;
  readonly key1: number;
  /** Augments draw with this key, and a sample's place in the epoch. */
  readonly epochKey0: number;
  readonly epochKey1: number;
  /** The place of the batch's first sample in the epoch. */
  readonly first: number;
}

/** The settings of a run: those of the `train` declaration, which the command line may change. */
export interface TrainOptions {
  /** Passes over the training split. */
  readonly epochs: number;
  /** Samples of a step. */
  readonly batch: number;
  readonly shuffle: boolean;
  /** Decides the parameters' first values, the order of the samples and what the network draws (dropout). */
  readonly seed: number;
  /** `auto`: WebGPU on a graphics card, else the CPU. */
  readonly device: 'auto' | 'webgpu' | 'cpu';
  /** Threads of the CPU device; all cores, up to 8, where it is absent. */
  readonly threads?: number | undefined;
  /** The folder of the data set's files, or `synthetic`; where it is absent they are looked for and downloaded. */
  readonly data?: string | undefined;
  /** Draws pictures where the data set's files are neither there nor can be downloaded. */
  readonly orSynthetic?: boolean | undefined;
  /** Where weights, checkpoint and metrics go. */
  readonly out: string;
  /** Continues the run whose checkpoint is in `out`. */
  readonly resume: boolean;
  /** A file of weights to start from: safetensors or PyTorch's. */
  readonly weights?: string | undefined;
  /** The folder of the `.net` file that says so: the file is looked for there too, and downloaded where PyTorch publishes it. */
  readonly weightsFolder?: OwnFolder | undefined;
  /** Layers by name that keep their own first values all the same. */
  readonly except?: readonly string[] | undefined;
  /** Stops after this many steps, counted from the run's beginning. */
  readonly steps?: number | undefined;
  /** Only the first so many training samples. */
  readonly limit?: number | undefined;
  /** The validation split is evaluated after each so many epochs, and after the last. */
  readonly validateEvery: number;
  /** A line of `metrics.jsonl` each so many steps. */
  readonly logEvery: number;
  /** Shows nothing. */
  readonly quiet?: boolean | undefined;
  /** When it is aborted the run writes a checkpoint and ends with `Interrupted`. `runTrainer` ties it to Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many kernels are compiled, where that takes a while. `runTrainer` shows it. */
  readonly progress?: Progress | undefined;
  /** Told how downloads go. `runTrainer` shows it. */
  readonly report?: Report | undefined;
}
