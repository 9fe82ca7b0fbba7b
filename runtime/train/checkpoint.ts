/**
 * `checkpoint.safetensors`: all that a run needs to go on as if it had never stopped: parameters, optimizer slots, and in
 * the metadata where it is and the sums of the epoch so far. Written at once or not at all.
 */
import type { Session } from '../device.ts';
import { UserError } from '../errors.ts';
import { readIfPresent, writeFileAtomically } from '../host/files.ts';
import type { ParameterSpec } from '../program.ts';
import { checkpointFormat, slotName } from '../weights/checkpoint-format.ts';
import { trainedParameters } from '../weights/layout.ts';
import { checkTensors } from '../weights/match.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { readState, writeState } from './state.ts';

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

/** Restores the session and returns the position, or throws `UserError`: no checkpoint, or that of another run. */
export async function loadCheckpoint(path: string, session: Session, identity: Identity): Promise<Position> {
  const bytes = await readIfPresent(path);
  if (!bytes) {
    throw new UserError(
      `there is nothing to resume: ${path} does not exist; leave --resume out to start anew, or name the run's folder with --out`,
    );
  }
  const { tensors, metadata } = readSafetensors(bytes, path);
  const stored = parse(metadata.identity);
  const position = parse(metadata.position);
  if (metadata.format !== checkpointFormat || !isIdentity(stored) || !isPosition(position)) {
    throw new UserError(`${path} is not a checkpoint of a training run; to start from weights use --weights ${path}`);
  }
  checkIdentity(path, stored, identity);
  checkTensors(tensors, expectedTensors(session), identity.model, path);
  writeState(session, tensors);
  return position;
}

function expectedTensors(session: Session): ParameterSpec[] {
  const { parameters, states } = session.module;
  const slots = states.flatMap((state) => {
    return trainedParameters(session.module).map((parameter) => ({
      ...parameter,
      name: slotName(state.name, parameter.name),
    }));
  });
  return [...parameters, ...slots];
}

function checkIdentity(path: string, stored: Identity, now: Identity): void {
  const differences = [
    stored.model === now.model ? '' : `the model is ${stored.model}, not ${now.model}`,
    stored.seed === now.seed ? '' : `--seed is ${stored.seed}, not ${now.seed}`,
    stored.batch === now.batch ? '' : `--batch is ${stored.batch}, not ${now.batch}`,
    stored.shuffle === now.shuffle ? '' : `it was started ${stored.shuffle ? 'without' : 'with'} --no-shuffle`,
    stored.samples === now.samples ? '' : `an epoch has ${stored.samples} samples, not ${now.samples} (--limit)`,
    stored.data === now.data ? '' : 'the training data are others (--data)',
  ].filter((difference) => difference !== '');
  if (differences.length === 0) return;
  throw new UserError(
    `cannot resume ${path} with these settings: in the checkpoint ${differences.join('; ')}. ` +
      'Give the same settings as before, or another --out for a new run',
  );
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is Identity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'model' in value &&
    'seed' in value &&
    'batch' in value &&
    'shuffle' in value &&
    'samples' in value &&
    'data' in value
  );
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  if (!('epoch' in value && 'cursor' in value && 'step' in value && 'samples' in value && 'seconds' in value))
    return false;
  const numbers = [value.epoch, value.cursor, value.step, value.samples, value.seconds];
  return numbers.every((number) => typeof number === 'number') && 'sums' in value && Array.isArray(value.sums);
}
