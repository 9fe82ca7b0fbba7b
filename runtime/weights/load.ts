/**
 * The way to `load-weights.ts`, which with all that reads files of weights is loaded when it is wanted: a page that draws
 * first values does without.
 */
import type { ModelSpec } from '../model-spec.ts';
import type { Tensor } from '../tensor.ts';
import type { WeightsPlace } from './locate.ts';

/** A file's path (Node) or bytes, safetensors or PyTorch's; or the tensors themselves by parameter name. */
export type WeightsSource = string | Uint8Array | ArrayBuffer | Readonly<Record<string, Tensor>>;

export interface WeightsOptions extends WeightsPlace {
  /** Layers (or parameters) by name that the source is not asked for: they get first values of their own. */
  readonly except?: readonly string[] | undefined;
}

/**
 * The values of each parameter, row-major, but for those at or below a name in `except`, whatever the source has of them.
 * Throws `UserError` naming every tensor that is missing, surplus or mis-shaped.
 */
export async function readWeights(
  spec: ModelSpec,
  source: WeightsSource,
  options: WeightsOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const { loadWeights } = await import('./load-weights.ts');
  return loadWeights(spec, source, options);
}
