/**
 * Starts contenders, each in a process of its own: those in TypeScript bundled first, so that nothing of the tools that run
 * the bench is in their memory; those in Python by an interpreter that has PyTorch.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { withSwiftShader } from '../support/swiftshader.ts';
import { bundling, scratch } from './compile.ts';
import { type Entry, inSoftware } from './roster.ts';
import type { NetworkName, Outcome, Task } from './task.ts';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What contenders need to run here, found out once. */
export interface Places {
  /** An interpreter that imports torch. */
  readonly python: string | undefined;
  /** The GPU that PyTorch finds; empty where it finds none. */
  readonly cuda: string;
  /** The environment in which WebGPU finds an adapter. */
  readonly gpu: NodeJS.ProcessEnv;
  /** What WebGPU finds there, or why it finds nothing. */
  readonly adapter: { readonly name: string; readonly software: boolean } | { readonly missing: string };
}

export async function findPlaces(): Promise<Places> {
  return { ...(await findPython()), ...(await findGpu()) };
}

const cudaDevice = 'import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else "")';

async function findPython(): Promise<Pick<Places, 'python' | 'cuda'>> {
  const candidates = [process.env.NETC_BENCH_PYTHON ?? '', 'python3', '/usr/bin/python3'];
  for (const python of candidates.filter((name) => name !== '')) {
    const cuda = await run(python, ['-c', cudaDevice]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (cuda !== undefined) return { python, cuda };
  }
  return { python: undefined, cuda: '' };
}

/** A real adapter where there is one, else SwiftShader. */
async function findGpu(): Promise<Pick<Places, 'gpu' | 'adapter'>> {
  const probe = await bundleScript('probes/adapter.ts');
  const find = async (env: NodeJS.ProcessEnv): Promise<Places['adapter']> =>
    JSON.parse((await run(process.execPath, [probe], { env })).stdout);
  const adapter = await find(process.env);
  if (!('missing' in adapter)) return { gpu: process.env, adapter };
  const gpu = await withSwiftShader(process.env);
  return { gpu, adapter: await find(gpu) };
}

/** One script of this folder as plain JavaScript beside the peers' packages; the file's path. */
export async function bundleScript(script: string): Promise<string> {
  const outfile = join(scratch, `${basename(script, '.ts')}.script.mjs`);
  await build({ ...bundling, platform: 'node', packages: 'external', entryPoints: [here(script)], outfile });
  return outfile;
}

/** Why an entry cannot take part here; undefined when it can. */
export function missing(entry: Entry, places: Places, network: NetworkName): string | undefined {
  if (entry.webgpu && 'missing' in places.adapter) return places.adapter.missing;
  if (entry.webgpu && isSoftware(places) && !inSoftware.includes(network)) return 'WebGPU in software takes too long';
  if (entry.cuda && places.cuda === '') return 'PyTorch finds no GPU on this machine';
  if (entry.team === 'netc') return undefined;
  if (entry.script.endsWith('.py')) return places.python ? undefined : 'no python3 with torch on this machine';
  return existsSync(here('node_modules')) ? undefined : 'its packages are not installed';
}

/** WebGPU is a program on the CPU here. */
export const isSoftware = ({ adapter }: Places): boolean => 'software' in adapter && adapter.software;

/** Runs a task; throws with the last line of what the contender complained of. */
export async function launch(entry: Entry, task: Task, places: Places, limitMs: number): Promise<Outcome> {
  const file = join(scratch, 'task.json');
  writeFileSync(file, JSON.stringify(task));
  rmSync(task.outcome, { force: true });
  const python = entry.script.endsWith('.py');
  const command = python ? (places.python ?? 'python3') : process.execPath;
  const script = python ? here(`contenders/${entry.script}`) : await bundleScript(`contenders/${entry.script}`);
  const env = { ...(entry.webgpu ? places.gpu : process.env), ...threadSettings(entry.threads) };
  try {
    await run(command, [script, file], { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 });
  } catch (error) {
    throw new Error(complaint(error, limitMs));
  }
  return readOutcome(task.outcome);
}

/** OpenMP's threads sleep between two loops instead of spinning, and OpenBLAS takes no more threads than asked for. */
const threadSettings = (threads: number): NodeJS.ProcessEnv => ({
  OMP_WAIT_POLICY: 'PASSIVE',
  GOMP_SPINCOUNT: '0',
  ...(threads > 0 ? { OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) } : {}),
});

function readOutcome(path: string): Outcome {
  if (!existsSync(path)) throw new Error('it ended without an outcome');
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The line that says what went wrong, out of a process's last words. */
export function complaint(error: unknown, limitMs: number): string {
  const { killed, stderr } = Object(error) as { readonly killed?: boolean; readonly stderr?: string };
  if (killed === true) return `not done after ${Math.round(limitMs / 1000)} s`;
  const lines = (stderr ?? '').split('\n').map((line) => line.trim());
  const named = lines.findLast((line) => /^(\w*Error|\w+Exception)\b.*:/.test(line));
  return named ?? lines.findLast((line) => line !== '') ?? String(error);
}
