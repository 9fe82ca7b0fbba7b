/**
 * Softmax regression in plain TypeScript behind the device interface: what a generated module and a device do together,
 * small enough to read, for tests of everything around them. Its arena is packed and padded unlike PyTorch's layout on
 * purpose. Not a model of speed.
 */
import type { DatasetSpec } from '../../runtime/data/dataset.ts';
import type { Device, HostArray, Session } from '../../runtime/device.ts';
import { CompiledModel, type CreateOptions, openModel } from '../../runtime/model.ts';
import type { ModelSpec } from '../../runtime/model-spec.ts';
import type { ModuleSpec, ProgramName } from '../../runtime/program.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TrainingSpec } from '../../runtime/train/training.ts';

const pixels = 784;
const classes = 10;
/** The bias, padded, then a column of weights for each pixel, padded. */
const column = 12;
const arena = column * (pixels + 1);

const buffer = { image: 0, label: 1, parameters: 2, momentum: 3, output: 4, pictures: 5 } as const;

export const softmaxModule: ModuleSpec = {
  buffers: [
    { name: 'image', element: 'u8', size: { fixed: 0, perSample: pixels }, role: 'input' },
    { name: 'label', element: 'i32', size: { fixed: 0, perSample: 1 }, role: 'input' },
    { name: 'parameters', element: 'f32', size: { fixed: arena, perSample: 0 }, role: 'parameters' },
    { name: 'momentum', element: 'f32', size: { fixed: arena, perSample: 0 }, role: 'state' },
    { name: 'output', element: 'f32', size: { fixed: 0, perSample: classes }, role: 'output' },
    { name: 'image', element: 'f32', size: { fixed: 0, perSample: pixels }, role: 'input' },
  ],
  kernels: [],
  uniforms: 2,
  programs: {
    infer: { kernels: [], records: [] },
    evaluate: {
      kernels: [],
      records: [
        { name: 'loss', buffer: 4 },
        { name: 'accuracy', buffer: 4 },
      ],
    },
    train: {
      kernels: [],
      records: [
        { name: 'loss', buffer: 4 },
        { name: 'accuracy', buffer: 4 },
      ],
    },
    prepare: { kernels: [], records: [] },
  },
  parameters: [
    {
      name: 'fc.weight',
      shape: [classes, pixels],
      offset: column,
      strides: [1, column],
      trainable: true,
      init: { kind: 'uniform', low: -0.03, high: 0.03 },
    },
    {
      name: 'fc.bias',
      shape: [classes],
      offset: 0,
      strides: [1],
      trainable: true,
      init: { kind: 'constant', value: 0 },
    },
  ],
  states: [{ name: 'momentum', buffer: buffer.momentum, initial: 0 }],
  wasm: '',
};

class SoftmaxSession implements Session {
  readonly module = softmaxModule;
  readonly historyCapacity = 16;
  capacity: number;
  private buffers: HostArray[];
  private rows: Float32Array[] = [];

  constructor(batch: number) {
    this.capacity = batch;
    this.buffers = softmaxModule.buffers.map((spec) => {
      const length = spec.size.fixed + spec.size.perSample * batch;
      if (spec.element === 'f32') return new Float32Array(length);
      return spec.element === 'i32' ? new Int32Array(length) : new Uint8Array(length);
    });
  }

  reserve(batch: number): void {
    const kept = this.buffers;
    this.buffers = new SoftmaxSession(batch).buffers;
    for (const index of [buffer.parameters, buffer.momentum]) this.at(index).set(kept[index] ?? []);
    this.capacity = batch;
  }

  write(index: number, data: HostArray, offset = 0): void {
    this.at(index).set(data, offset);
  }

  async read(index: number, offset: number, length: number): Promise<HostArray> {
    return this.at(index).slice(offset, offset + length);
  }

  run(program: ProgramName, n: number, uniforms: Float32Array): void {
    if (this.rows.length >= this.historyCapacity) throw new RangeError('history is full');
    const labels = this.at(buffer.label);
    const rate = uniforms[1] ?? 0;
    this.forward(
      n,
      program === 'infer' ? this.at(buffer.pictures) : this.at(buffer.image),
      program === 'infer' ? 1 : 1 / 255,
    );
    if (program === 'infer') return;
    this.rows.push(this.lossAndGradient(n, labels));
    if (program === 'train') this.update(n, rate);
  }

  async keep(): Promise<undefined> {}

  busy(): undefined {}

  async history(): Promise<readonly Float32Array[]> {
    const rows = this.rows;
    this.rows = [];
    return rows;
  }

  async trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined> {
    const finite = (index: number) => Array.from(this.at(index)).every(Number.isFinite);
    const before = finite(buffer.parameters);
    this.run(program, n, uniforms);
    if (!finite(buffer.output)) return 'fc + softmax';
    return before && !finite(buffer.parameters) ? 'sgd' : undefined;
  }

  dispose(): void {
    this.buffers = [];
  }

  private at(index: number): HostArray {
    const found = this.buffers[index];
    if (!found) throw new RangeError(`no buffer ${index}`);
    return found;
  }

  private forward(n: number, images: HostArray, scale: number): void {
    const [parameters, output] = [this.at(buffer.parameters), this.at(buffer.output)];
    for (let i = 0; i < n; i++) {
      const row = output.subarray(i * classes, (i + 1) * classes);
      row.set(parameters.subarray(0, classes));
      for (let p = 0; p < pixels; p++) {
        const value = (images[i * pixels + p] ?? 0) * scale;
        if (value === 0) continue;
        for (let k = 0; k < classes; k++) row[k] = (row[k] ?? 0) + value * (parameters[column * (p + 1) + k] ?? 0);
      }
    }
  }

  /** Turns the output into its gradient in place; returns mean loss and accuracy. */
  private lossAndGradient(n: number, labels: HostArray): Float32Array {
    const output = Float32Array.from(this.at(buffer.output).subarray(0, n * classes));
    let loss = 0;
    let right = 0;
    for (let i = 0; i < n; i++) {
      const row = output.subarray(i * classes, (i + 1) * classes);
      const label = labels[i] ?? 0;
      const largest = Math.max(...row);
      if (row.indexOf(largest) === label) right++;
      const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
      loss -= (row[label] ?? 0) - largest - Math.log(sum);
      for (let k = 0; k < classes; k++) {
        row[k] = (Math.exp((row[k] ?? 0) - largest) / sum - (k === label ? 1 : 0)) / n;
      }
    }
    this.gradient = output;
    return Float32Array.of(loss / n, right / n);
  }

  private gradient: HostArray = new Float32Array();

  /** Gradient descent with momentum 0.9. */
  private update(n: number, rate: number): void {
    const [parameters, momentum, images] = [
      this.at(buffer.parameters),
      this.at(buffer.momentum),
      this.at(buffer.image),
    ];
    for (let i = 0; i < arena; i++) momentum[i] = (momentum[i] ?? 0) * 0.9;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < classes; k++) momentum[k] = (momentum[k] ?? 0) + (this.gradient[i * classes + k] ?? 0);
      for (let p = 0; p < pixels; p++) {
        const value = (images[i * pixels + p] ?? 0) / 255;
        if (value === 0) continue;
        const base = column * (p + 1);
        for (let k = 0; k < classes; k++) {
          momentum[base + k] = (momentum[base + k] ?? 0) + value * (this.gradient[i * classes + k] ?? 0);
        }
      }
    }
    for (let i = 0; i < arena; i++) parameters[i] = (parameters[i] ?? 0) - rate * (momentum[i] ?? 0);
  }
}

/** Stands for `openDevice`. */
export async function openTestDevice(): Promise<Device> {
  return {
    kind: 'cpu',
    description: 'plain TypeScript',
    load: async (_module, { batch }) => new SoftmaxSession(batch),
    destroy: async () => {},
  };
}

export const garments: DatasetSpec = {
  name: 'Garments',
  sample: [
    { name: 'image', element: 'u8', shape: [1, 28, 28] },
    { name: 'label', element: 'i32', shape: [], classes },
  ],
  classes: [],
  urls: [],
  splits: [],
};

export const softmaxSpec: ModelSpec = {
  name: 'Softmax',
  module: softmaxModule,
  inputs: [{ name: 'image', element: 'f32', shape: [1, 28, 28], buffer: buffer.pictures }],
  output: { shape: [classes], buffer: buffer.output },
};

export class Softmax extends CompiledModel {
  static async create(device: Device, options: CreateOptions = {}): Promise<Softmax> {
    return new Softmax(softmaxSpec, await openModel(softmaxSpec, device, options));
  }

  forward(inputs: { readonly image: Tensor<readonly [number, 1, 28, 28]> }): Promise<Tensor<readonly [number, 10]>> {
    return this.infer(inputs);
  }
}

export const softmaxTraining: TrainingSpec = {
  name: 'Softmax',
  model: softmaxSpec,
  dataset: garments,
  fields: [
    { name: 'image', buffer: buffer.image },
    { name: 'label', buffer: buffer.label },
  ],
  validate: 'test',
  uniforms: ({ step }) => [step, 0.05],
};
