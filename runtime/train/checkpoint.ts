/**
 * `checkpoint.safetensors`: all that a run needs to go on as if it had never stopped: parameters, optimizer slots, and in
 * the metadata where it is and the sums of the epoch so far. Written at once or not at all. Read by `resume.ts`.
 */
import type { Session } from '../device.ts';
import { writeFileAtomically } from '../host/files.ts';
import { checkpointFormat } from '../weights/checkpoint-format.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import { readState } from './state.ts';

/** Where a run is. */
export interface Position {
  /** 0 in the first epoch. */
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly cursor: number;
  /** Steps since the run's beginning. */
  readonly step: number;
  /** Of the epoch so far. */
  readonly sums: readonly number[];
  readonly samples: number;
  /** Time spent in the epoch so far. */
  readonly seconds: number;
}

/** What decides the course of a run, and so must stay the same for a resumed one to end the same. */
export interface Identity {
  readonly model: string;
  readonly seed: number;
  readonly batch: number;
  readonly shuffle: boolean;
  /** Training samples of an epoch. */
  readonly samples: number;
  /** Of the training data's first samples, so that other data are noticed. */
  readonly data: string;
}

export async function saveCheckpoint(
  path: string,
  session: Session,
  position: Position,
  identity: Identity,
): Promise<void> {
  const metadata = {
    format: checkpointFormat,
    position: JSON.stringify(position),
    identity: JSON.stringify(identity),
  };
  await writeFileAtomically(path, writeSafetensors(await readState(session), metadata), 'the checkpoint');
}
