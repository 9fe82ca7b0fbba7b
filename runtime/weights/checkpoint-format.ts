/** How a training run's checkpoint is told from plain weights. Its writer is `train/checkpoint.ts`. */

/** `format` in the file's metadata. */
export const checkpointFormat = 'netc-checkpoint-1';

/** Tensors whose names begin so belong to the optimizer. */
export const slotPrefix = 'optimizer/';

/** The optimizer's slot `m` of `conv1.weight` is called `optimizer/m/conv1.weight`. */
export function slotName(slot: string, parameter: string): string {
  return `${slotPrefix}${slot}/${parameter}`;
}
