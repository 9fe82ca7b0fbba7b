/**
 * The folder that a run writes to, checked before the first step: that it can be made and written, and that what the run
 * will write fits on the disk. Learning for hours and then failing to write would lose them.
 */
import { UserError } from '../errors.ts';
import { makeFolder, megabytes, reasonFor } from '../host/files.ts';
import { nodeModules } from '../host/node.ts';
import type { ModuleSpec } from '../program.ts';
import { arenaLength } from '../weights/layout.ts';

export interface OutputFolder {
  readonly folder: string;
  readonly weights: string;
  readonly checkpoint: string;
  readonly metrics: string;
}

/** Makes the folder if need be. Throws `UserError` when the run could not write its results there. */
export async function openOutput(folder: string, module: ModuleSpec): Promise<OutputFolder> {
  const { fs, path } = nodeModules('writing results');
  const probe = path.join(folder, `.probe.${process.pid}.tmp`);
  try {
    await makeFolder(folder);
    await fs.promises.writeFile(probe, 'x'.repeat(4096));
  } catch (error) {
    throw new UserError(
      `cannot write to the output folder ${folder}: ${reasonFor(error)}; name another folder with --out, or make this one writable`,
    );
  } finally {
    await fs.promises.rm(probe, { force: true }).catch(() => {});
  }
  // Weights, the checkpoint and the one that replaces it; a megabyte for metrics.
  const arena = arenaLength(module) * 4;
  const needed = arena * (1 + 2 * (1 + module.states.length)) + 1e6;
  const { bavail, bsize } = await fs.promises.statfs(folder);
  if (bavail * bsize < needed) {
    throw new UserError(
      `the disk of the output folder ${folder} has ${megabytes(bavail * bsize)} left, but the run writes up to ${megabytes(needed)}; ` +
        'make room, or name a folder on another disk with --out',
    );
  }
  return {
    folder,
    weights: path.join(folder, 'weights.safetensors'),
    checkpoint: path.join(folder, 'checkpoint.safetensors'),
    metrics: path.join(folder, 'metrics.jsonl'),
  };
}
