/** A plot from a checked file to the PNG on the disk. */
import { encode } from 'fast-png';
import { writeFileAtomically } from '../../../runtime/host/files.ts';
import { stemOf } from '../../7-emit/names.ts';
import { compileAugmentation } from '../../augmentation.ts';
import type { Compilation } from '../../compilation.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';
import { type Plot, type PlotOptions, plotAugment, plotSamples } from './plots.ts';
import { chooseAugmented, chooseDataset } from './subject.ts';

export interface FileOptions extends PlotOptions {
  readonly output: string | undefined;
  readonly name: string | undefined;
  readonly variants: number;
  readonly seed: number | undefined;
  readonly device: 'auto' | 'webgpu' | 'cpu';
}

/** The exit status. Throws `UserError` for what cannot be shown, and where nothing can be written. */
export async function plotFile(
  kind: 'samples' | 'augment',
  file: string,
  state: Compilation,
  options: FileOptions,
): Promise<number> {
  const plot = await (kind === 'samples' ? samplesOf(file, state, options) : augmentOf(file, state, options));
  if (!plot) return 1;
  const output = options.output ?? `${stemOf(file)}_${kind}.png`;
  await writeImage(output, plot.image);
  await print(process.stdout, `${output}: ${plot.shown} (${plot.image.width}x${plot.image.height})`);
  return 0;
}

function samplesOf(file: string, { program }: Compilation, options: FileOptions): Promise<Plot> {
  const { dataset, training } = chooseDataset(program, file, options.name);
  return plotSamples(dataset, training, options);
}

/** Undefined where the augment needs memory that there is not, which was said. */
async function augmentOf(file: string, state: Compilation, options: FileOptions): Promise<Plot | undefined> {
  const training = chooseAugmented(state.program, file, options.name);
  const program = compileAugmentation(training, state);
  if ('spec' in program) return plotAugment(training, program, options);
  await showDiagnostics(program);
  await print(process.stderr, countLine(program));
  return undefined;
}

async function writeImage(path: string, { width, height, data }: Plot['image']): Promise<void> {
  await writeFileAtomically(path, [encode({ width, height, data, channels: 3, depth: 8 })], 'the picture');
}
