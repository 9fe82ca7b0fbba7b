/** `--resume`: back to where a run's checkpoint is, if it is one of this very run. */
import type { Session } from '../device.ts';
import { UserError } from '../errors.ts';
import { readIfPresent } from '../host/files.ts';
import type { ParameterSpec } from '../program.ts';
import { memorySource } from '../weights/byte-source.ts';
import { checkpointFormat, slotName } from '../weights/checkpoint-format.ts';
import { compare, refuseMisfit } from '../weights/fit.ts';
import { trainedParameters } from '../weights/layout.ts';
import { readFitting } from '../weights/load-weights.ts';
import { openWeights } from '../weights/weights-file.ts';
import type { Identity, Position } from './checkpoint.ts';
import { writeState } from './state.ts';

/** Restores the session and returns the position, or throws `UserError`: no checkpoint, or that of another run. */
export async function loadCheckpoint(path: string, session: Session, identity: Identity): Promise<Position> {
  const bytes = await readIfPresent(path);
  if (!bytes) {
    throw new UserError(
      `there is nothing to resume: ${path} does not exist; leave --resume out to start anew, or name the run's folder with --out`,
    );
  }
  const file = await openWeights(memorySource(bytes, path));
  const { metadata } = file;
  const stored = parse(metadata.identity);
  const position = parse(metadata.position);
  if (metadata.format !== checkpointFormat || !isIdentity(stored) || !isPosition(position)) {
    throw new UserError(`${path} is not a checkpoint of a training run; to start from weights use --weights ${path}`);
  }
  checkIdentity(path, stored, identity);
  const fit = compare(file.tensors, expectedTensors(session));
  refuseMisfit(fit, identity.model, path);
  writeState(session, await readFitting(fit, file));
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
