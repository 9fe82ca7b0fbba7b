/**
 * Whether the file that `weights = pretrained("…")` names fits the network, shown at its name. Only the header is read, in the
 * background, and once for each state of the file. A file that is nowhere is the run's to look for: it may be downloaded.
 */
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DiagnosticSeverity, type Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import { UserError } from '../../runtime/errors.ts';
import { fileSource } from '../../runtime/weights/byte-source.ts';
import { compare, fits, problemsOf, remedyOf } from '../../runtime/weights/fit.ts';
import { weightsHere } from '../../runtime/weights/locate.ts';
import { modelTensors, openWeights, type StoredTensor } from '../../runtime/weights/weights-file.ts';
import type { TypedTraining } from '../2-check/typed.ts';
import { wantedOf } from '../cli/weights/wanted.ts';
import { toRange } from './places.ts';
import type { Checked } from './workspace.ts';

/** What a file holds, or why it cannot be read. */
type Contents = readonly StoredTensor[] | UserError;

interface Known {
  readonly stamp: string;
  readonly contents: Promise<Contents>;
}

export class WeightsReader {
  readonly #known = new Map<string, Known>();

  /** What does not fit of the weights that a file's own trainings name. */
  async misfits({ program, file }: Checked): Promise<LspDiagnostic[]> {
    const found = program.trainings.map(async (training): Promise<LspDiagnostic[]> => {
      const { weights } = training;
      const path = weights?.span.file.path === file.path ? here(weights.file, file.path) : undefined;
      if (!weights || path === undefined) return [];
      const message = judge(path, await this.#contents(path), training);
      if (message === undefined) return [];
      return [{ range: toRange(weights.span), severity: DiagnosticSeverity.Error, source: 'netc', message }];
    });
    return (await Promise.all(found)).flat();
  }

  #contents(path: string): Promise<Contents> {
    const { mtimeMs, size } = statSync(path);
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.contents;
    const contents = readContents(path);
    this.#known.set(path, { stamp, contents });
    return contents;
  }
}

/** What is wrong with a file for a training; undefined where it fits. */
function judge(path: string, contents: Contents, { name, model, weights }: TypedTraining): string | undefined {
  if (contents instanceof UserError) return contents.message;
  const { parameters, except } = wantedOf(name, model, weights?.except ?? []);
  const fit = compare(contents, parameters, except);
  return fits(fit) ? undefined : [`${path} does not fit ${name}`, ...problemsOf(fit), remedyOf(fit)].join('\n');
}

/** Where the file lies that a `.net` file at `from` names; undefined for files that are not on disk. */
function here(name: string, from: string): string | undefined {
  if (!from.startsWith('/') && !/^[A-Za-z]:/.test(from)) return undefined;
  return weightsHere(name, { weightsFolder: { folder: '.', module: pathToFileURL(from).href } });
}

async function readContents(path: string): Promise<Contents> {
  try {
    const source = await fileSource(path);
    try {
      return modelTensors(await openWeights(source));
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
