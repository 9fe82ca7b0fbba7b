/** The pictures that torchvision's transforms are compared on: drawn garments, and one in colour that three of them make. */
import type { DatasetSpec } from '../../runtime/data/dataset.ts';
import { syntheticSplit } from '../../runtime/data/synthetic.ts';
import type { Size } from './augmented.ts';

const side = 28;

const dataset: DatasetSpec = {
  name: 'Garments',
  sample: [
    { name: 'image', element: 'u8', shape: [1, side, side] },
    { name: 'label', element: 'i32', shape: [], classes: 10 },
  ],
  classes: [],
  urls: [],
  splits: [],
};

export interface Garment {
  readonly size: Size;
  /** Row-major. */
  readonly bytes: Uint8Array;
}

/** A pullover, a sneaker, and in colour a picture that is not square: the middle columns of three others. */
export function garments(): readonly Garment[] {
  const [{ data }] = syntheticSplit(dataset, 'train', 20).columns;
  const picture = (i: number): Uint8Array => Uint8Array.from(data.subarray(i * side * side, (i + 1) * side * side));
  const middle = (bytes: Uint8Array): Uint8Array => bytes.filter((_, i) => i % side >= 2 && i % side < side - 2);
  const channels = [3, 11, 18].map((i) => middle(picture(i)));
  return [
    { size: [1, side, side], bytes: picture(2) },
    { size: [1, side, side], bytes: picture(7) },
    { size: [3, side, side - 4], bytes: Uint8Array.from(channels.flatMap((channel) => [...channel])) },
  ];
}

/** As the model gets them: 0 to 1. */
export const pixelsOf = ({ bytes }: Garment): Float64Array => Float64Array.from(bytes, (byte) => byte / 255);

/** `test/fixtures/garments.json`, which augment_cases.py reads. */
export function garmentsText(): string {
  const rows = garments().map(({ size, bytes }) =>
    JSON.stringify({ shape: size, bytes: Buffer.from(bytes).toString('hex') }),
  );
  return `{\n"about": "Drawn by runtime/data/synthetic.ts, written by test/augments/garments.test.ts.",\n"pictures": [\n${rows.join(',\n')}\n]\n}\n`;
}
