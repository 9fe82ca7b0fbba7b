/** Runs a command line within the test's own process, with what it prints caught: for messages, where speed matters. */
import { vi } from 'vitest';
import { run } from '../../compiler/cli/run.ts';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function command(...argv: string[]): Promise<Outcome> {
  const caught = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text, encodingOrDone, done) => {
      caught[name] += String(text);
      (typeof encodingOrDone === 'function' ? encodingOrDone : done)?.();
      return true;
    }),
  );
  try {
    return { status: await run(argv), ...caught };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
