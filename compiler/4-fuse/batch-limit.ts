/**
 * What no device could plan memory for: a tensor between kernels that is larger than a multiple of the batch, such as the
 * products of every sample with every other. Reports; the sizes themselves are the checker's.
 */
import type { Diagnostic, SourceFile, Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import type { Partition } from './group.ts';

/** E0601 for the first such tensor. `otherwise` is the place for what stands outside of `file`. */
export function beyondBatch(partition: Partition, file: SourceFile, otherwise: Span): Diagnostic | undefined {
  const node = partition.graph.nodes.find(({ id, type }) => partition.stored.has(id) && !isPlannable(type));
  if (!node) return undefined;
  const { span = otherwise, what, path } = node.origin;
  return {
    code: 'E0601',
    severity: 'error',
    message: `${path || what} makes ${showType(node.type)}, which grows faster than the batch`,
    span: span.file === file ? span : otherwise,
    label: 'too large to keep',
    notes: [],
    provenance: [],
    help: ['memory is planned as a multiple of the batch: pair the samples with a fixed number of others instead'],
    fixes: [],
  };
}

/** At most one dimension is open, and that in proportion to the batch. */
function isPlannable({ shape }: TensorType): boolean {
  const open = shape.filter((size) => dim.constant(size) === undefined);
  return open.length === 0 || (open.length === 1 && dim.symbols(open[0]).every((name) => dim.linear(open[0], name)));
}
