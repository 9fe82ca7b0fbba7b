/**
 * What an augment makes of the first samples of a training, epoch for epoch: the very pictures that the training steps see. They
 * are computed by the training's own program for them (`compiler/augmentation.ts`), on the device, with the key of the
 * epoch and the place that the sample has in its order; nothing here knows what an augment does.
 */
import type { Split } from '../../../runtime/data/dataset.ts';
import { orderSamples } from '../../../runtime/data/loader.ts';
import type { Device, HostArray, Session } from '../../../runtime/device.ts';
import { sizeOf } from '../../../runtime/program.ts';
import { epochKeys, stepKeys } from '../../../runtime/random.ts';
import type { RunNumbers } from '../../../runtime/train/training.ts';
import type { TypedTraining } from '../../2-check/typed.ts';
import { AUGMENTED, PLAIN } from '../../3-graph/from-typed.ts';
import { hostValues } from '../../5-loop/uniforms.ts';
import { bufferOf } from '../../7-emit/buffers.ts';
import type { AugmentationProgram } from '../../augmentation.ts';

export interface Run {
  readonly training: TypedTraining;
  readonly program: AugmentationProgram;
  readonly split: Split;
  /** Samples of an epoch: the split's, or as many as the training is limited to. */
  readonly perEpoch: number;
  readonly seed: number;
}

/** One sample's picture before the augment, and what becomes of it in the epochs from the first on; row-major. */
export interface Variants {
  readonly plain: HostArray;
  readonly augmented: readonly HostArray[];
}

/** Of the split's first `samples`, in the first `epochs`. */
export async function augmentedPictures(
  device: Device,
  run: Run,
  samples: number,
  epochs: number,
): Promise<readonly Variants[]> {
  const session = await device.load(run.program.spec, { batch: 1 });
  try {
    const rows = Array.from({ length: samples }, () => ({ plain: new Float32Array(), augmented: [] as HostArray[] }));
    const order = new Uint32Array(run.perEpoch);
    for (let epoch = 0; epoch < epochs; epoch++) {
      orderSamples(order, epoch, { shuffle: run.training.shuffle, seed: run.seed });
      for (const [row, variants] of rows.entries()) {
        writeSample(session, run, row);
        session.run('evaluate', 1, uniformsAt(run, epoch, order.indexOf(row)));
        variants.augmented.push(await readOutput(session, AUGMENTED));
        if (epoch === 0) variants.plain = Float32Array.from(await readOutput(session, PLAIN));
      }
    }
    return rows;
  } finally {
    session.dispose();
  }
}

function writeSample(session: Session, { split }: Run, row: number): void {
  for (const { field, data, size } of split.columns) {
    const buffer = bufferOf(session.module, field.name, 'input');
    if (buffer === undefined) continue;
    const sample = data.slice(row * size, (row + 1) * size);
    session.write(buffer, field.element === 'i32' ? Int32Array.from(sample) : sample);
  }
}

/** What the host hands to the training step that has the sample at this place of the epoch. */
function uniformsAt({ training, program, perEpoch, seed }: Run, epoch: number, place: number): Float32Array {
  const batches = Math.ceil(perEpoch / training.batch);
  const step = epoch * batches + Math.floor(place / training.batch) + 1;
  const [key0, key1] = stepKeys(seed)(step);
  const [epochKey0, epochKey1] = epochKeys(seed)(epoch);
  const steps = training.epochs * batches;
  const numbers: RunNumbers = { step, steps, n: 1, key0, key1, epochKey0, epochKey1, first: place };
  return Float32Array.from(hostValues(program.uniforms, { [training.model.batch]: 1 }, { ...numbers }));
}

function readOutput(session: Session, name: string): Promise<HostArray> {
  const buffer = bufferOf(session.module, name, 'output');
  if (buffer === undefined) throw new Error(`the program has no output ${name}`);
  return session.read(buffer, 0, sizeOf(session.module.buffers[buffer].size, 1));
}
