/** Runs the command line as a user would: a process of its own, with its output and exit status. */
import { spawn } from 'node:child_process';
import { COMMAND } from '../support/built.ts';
import { root } from '../support/root.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface NetcOptions {
  /** The repository's root where it is absent. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Presses Ctrl-C when the output on stderr matches. */
  readonly interruptAt?: RegExp;
}

/** `netc …argv`. */
export function netc(argv: readonly string[], options: NetcOptions = {}): Promise<Outcome> {
  const start = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const before = stderr;
    stderr += text;
    const at = options.interruptAt;
    if (at?.test(stderr) && !at.test(before)) child.kill('SIGINT');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr, seconds: (performance.now() - start) / 1000 }));
  });
}
