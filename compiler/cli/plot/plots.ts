/** The two plots: samples of a data set, and what an augment makes of them. From a checked program to an image. */
import type { Split } from '../../../runtime/data/dataset.ts';
import { openSplits } from '../../../runtime/data/open.ts';
import { UserError } from '../../../runtime/errors.ts';
import { standardError } from '../../../runtime/host/node.ts';
import { openDevice } from '../../../runtime/open-device.ts';
import { showShape } from '../../../runtime/tensor.ts';
import { Display } from '../../../runtime/train/display.ts';
import type { TypedDataset, TypedTraining } from '../../2-check/typed.ts';
import { describeDataset } from '../../7-emit/dataset.ts';
import type { AugmentationProgram } from '../../augmentation.ts';
import { dim } from '../../dim/dim.ts';
import { ownFolder } from '../source-folders.ts';
import { augmentedPictures } from './augmented-pictures.ts';
import { captionOf, type Picture, pictureField, pictureSizes, tonesOf } from './picture.ts';
import { drawSheet, type Image } from './sheet.ts';

export interface PlotOptions {
  readonly samples: number;
  /** `--data`. */
  readonly data: string | undefined;
  readonly scale: number | undefined;
}

export interface Plot {
  readonly image: Image;
  /** What is to be seen, for people. */
  readonly shown: string;
}

const BYTE = 255;

/** Pictures in a row of samples. */
const ACROSS = 4;

/** The first training pictures with their classes. */
export async function plotSamples(
  dataset: TypedDataset,
  training: TypedTraining | undefined,
  { samples, data, scale }: PlotOptions,
): Promise<Plot> {
  const described = describeDataset(dataset);
  const field = pictureField(described);
  const sizes = pictureSizes(field.shape);
  const split = await openTraining(dataset, data, Math.min(samples, training?.limit ?? samples));
  requireSamples(samples, Math.min(split.samples, training?.limit ?? split.samples), split, training);
  const column = split.columns.find((each) => each.field.name === field.name);
  if (!sizes || !column) throw new Error(`${dataset.name} has no column ${field.name}`);
  const cells = Array.from({ length: samples }, (_, row) => {
    const values = column.data.subarray(row * column.size, (row + 1) * column.size);
    return { picture: { ...sizes, values }, tones: { low: 0, high: BYTE }, caption: captionOf(split, row) };
  });
  const rows = Array.from({ length: Math.ceil(samples / ACROSS) }, (_, y) => cells.slice(ACROSS * y, ACROSS * (y + 1)));
  const image = drawSheet({ rows, scale });
  return { image, shown: `the first ${samples} ${what(split)}` };
}

/** A row for each of the first training samples: as the model gets it outside of training, then as in each of the first epochs. */
export async function plotAugment(
  training: TypedTraining,
  program: AugmentationProgram,
  options: PlotOptions & {
    readonly variants: number;
    readonly seed: number | undefined;
    readonly device: 'auto' | 'webgpu' | 'cpu';
  },
): Promise<Plot> {
  const { samples, variants, data, scale } = options;
  const shape = training.input[0].value.type.shape.slice(1).map((size) => dim.constant(size) ?? 0);
  const sizes = pictureSizes(shape);
  if (!sizes) {
    throw new UserError(
      `the input of ${training.model.name} is no picture to show: expected one or three channels, as [1, 28, 28] or [3, 32, 32], not ${showShape(shape)}`,
    );
  }
  const split = await openTraining(training.dataset, data, training.limit);
  const perEpoch = Math.min(split.samples, training.limit ?? split.samples);
  requireSamples(samples, perEpoch, split, training);
  const seed = options.seed ?? training.seed;
  const device = await openDevice(options.device);
  const found = await augmentedPictures(
    device,
    { training, program, split, perEpoch, seed },
    samples,
    variants,
  ).finally(() => device.destroy());
  const picture = (values: ArrayLike<number>): Picture => ({ ...sizes, values });
  const plain = tonesOf(found.map((each) => picture(each.plain)));
  const changed = tonesOf(found.flatMap(({ augmented }) => augmented.map(picture)));
  const rows = found.map((each, row) => {
    const caption = captionOf(split, row);
    return [
      { picture: picture(each.plain), tones: plain, caption },
      ...each.augmented.map((values) => ({ picture: picture(values), tones: changed, caption })),
    ];
  });
  const headings = ['original', ...Array.from({ length: variants }, (_, epoch) => `epoch ${epoch + 1}`)];
  const image = drawSheet({ rows, headings, scale });
  const range =
    changed.low === 0 && changed.high === 1
      ? ''
      : `; black is ${changed.low.toFixed(2)}, white ${changed.high.toFixed(2)}`;
  return {
    image,
    shown: `the first ${samples} ${what(split)} as ${training.name} sees them in ${variants === 1 ? 'epoch 1' : `epochs 1 to ${variants}`}, seed ${seed}${range}`,
  };
}

const what = ({ drawn, dataset }: Split): string => `${drawn ? 'drawn pictures for' : 'samples of'} ${dataset.name}`;

async function openTraining(
  dataset: TypedDataset,
  data: string | undefined,
  limit: number | undefined,
): Promise<Split> {
  const described = describeDataset(dataset);
  const own = { folder: ownFolder(dataset.span.file.path), module: import.meta.url };
  const display = new Display(standardError());
  const spec = dataset.urls.length === 0 ? { ...described, own } : described;
  const [split] = await openSplits(spec, ['train'], { data, limit, report: (line) => display.passing(line) });
  display.end();
  if (!split) throw new Error('no split');
  return split;
}

function requireSamples(samples: number, there: number, { dataset }: Split, training: TypedTraining | undefined): void {
  if (samples <= there) return;
  const limited = training?.limit === undefined ? '' : ` (limit = ${training.limit})`;
  throw new UserError(
    `--samples ${samples} is more than there are: ${there} training samples of ${dataset.name}${limited}; ask for ${there} at most`,
  );
}
