/** A data set as the runtime wants to know it, all but where the files of one's own lie. Plain data; nothing is read. */
import type { TypedDataset } from '../2-check/typed.ts';
import { dim } from '../dim/dim.ts';
import { storage } from './buffers.ts';

export function describeDataset({ name, sample, classes, urls, splits }: TypedDataset) {
  return {
    name,
    sample: sample.map((field) => ({
      name: field.name,
      element: storage(field.type),
      shape: field.type.shape.map((size) => dim.constant(size) ?? 0),
      ...(field.type.classes ? { classes: dim.constant(field.type.classes) ?? 0 } : {}),
    })),
    classes,
    urls,
    splits: splits.map((split) => ({ name: split.name, files: split.files.map((file) => ({ ...file })) })),
  };
}
