/**
 * A trainer as a program: command line in, exit status out, Ctrl-C in between. Every failure becomes a message; a stack
 * trace is shown only for what is a defect of ours.
 */
import { UserError } from '../errors.ts';
import { hasNode, nodeModules, standardError } from '../host/node.ts';
import { Display } from './display.ts';
import { Interrupted, type TrainingResult } from './run.ts';
import type { TrainOptions } from './training.ts';

/**
 * Trains as the command line says. The result is the exit status: 0 fine, 1 failed, 2 the command line is wrong, 130
 * interrupted with the checkpoint written.
 */
export async function runTrainer(
  argv: readonly string[],
  defaults: TrainOptions,
  train: (options: TrainOptions) => Promise<TrainingResult>,
): Promise<number> {
  const interruption = new AbortController();
  let display = new Display(undefined);
  const onInterrupt = (): void => {
    // The second time nobody wants to wait for a checkpoint.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
    process.stderr.write('\nstopping after this step; press Ctrl-C again to stop at once\n');
  };
  // Loaded where there is a command line: pages that train have none.
  const { CommandLineError, describeTrainOptions, parseTrainOptions } = await import('./options.ts');
  try {
    const options = parseTrainOptions(argv, defaults);
    if (options === 'help') {
      process.stdout.write(describeTrainOptions(defaults));
      return 0;
    }
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onInterrupt);
    display = new Display(options.quiet ? undefined : standardError());
    await train({ ...options, signal: interruption.signal, progress: display.compiling, report: display.passing });
    return 0;
  } catch (error) {
    display.end();
    if (!(error instanceof CommandLineError)) return report(error);
    process.stderr.write(`error: ${error.message}\n`);
    return 2;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

function report(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return 130;
  }
  if (error instanceof UserError) {
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
  throw error;
}

/**
 * Runs `main` when its module is the program that was started (`npx tsx generated/fashion_cnn.train.ts`), not when it is
 * imported. The process ends with main's status, whatever else might still keep it alive.
 */
export function runIfMain(moduleUrl: string, main: (argv: readonly string[]) => Promise<number>): void {
  if (!hasNode()) return;
  const { fs, url } = nodeModules('running a program');
  const started = process.argv[1];
  if (started === undefined || !fs.existsSync(started)) return;
  if (fs.realpathSync(url.fileURLToPath(moduleUrl)) !== fs.realpathSync(started)) return;
  main(process.argv.slice(2)).then(
    (status) => endWith(status),
    (error: unknown) => {
      process.stderr.write(`netc has a bug: ${error instanceof Error ? error.stack : error}\n`);
      endWith(70);
    },
  );
}

/** Ends by itself if it can, so that all output gets out; after a second in any case. */
function endWith(status: number): void {
  process.exitCode = status;
  setTimeout(() => process.exit(status), 1000).unref();
}
