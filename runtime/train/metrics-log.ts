/**
 * `metrics.jsonl`: one JSON object a line, for people's plots and scripts. Lines of steps that a resumed run takes again
 * are dropped first, so that no step stands there twice.
 */
import { UserError } from '../errors.ts';
import { readIfPresent, reasonFor, writeFileAtomically } from '../host/files.ts';
import { nodeModules } from '../host/node.ts';

export type MetricsLine = Readonly<Record<string, number | boolean>>;

export class MetricsLog {
  private readonly path: string;
  private lines: string[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Starts the file anew, or keeps its lines up to and with step `keepUpTo`. */
  static async open(path: string, keepUpTo: number): Promise<MetricsLog> {
    const kept = keepUpTo === 0 ? '' : linesUpTo(await readIfPresent(path), keepUpTo);
    await writeFileAtomically(path, [new TextEncoder().encode(kept)], 'the metrics');
    return new MetricsLog(path);
  }

  /** Takes a line; it is in the file after the next `flush`. */
  add(line: MetricsLine): void {
    this.lines.push(`${JSON.stringify(line)}\n`);
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const text = this.lines.join('');
    this.lines = [];
    try {
      await nodeModules('writing metrics').fs.promises.appendFile(this.path, text);
    } catch (error) {
      throw new UserError(
        `cannot write the metrics ${this.path}: ${reasonFor(error)}; make room, then continue from the last checkpoint with --resume`,
      );
    }
  }
}

function linesUpTo(bytes: Uint8Array | undefined, step: number): string {
  const lines = new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');
  const kept = lines.filter((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null && 'step' in value && Number(value.step) <= step;
    } catch {
      // A line that a crash cut off.
      return false;
    }
  });
  return kept.map((line) => `${line}\n`).join('');
}
