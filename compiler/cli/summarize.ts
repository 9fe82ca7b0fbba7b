/**
 * A model as a table: a row per layer with its output, parameters and multiply-adds, from the typed tree alone.
 * Computes nothing about memory or kernels.
 */
import type { TypedBlock, TypedExpr, TypedInstance, TypedModel, TypedParameter } from '../2-check/typed.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';

export interface SummaryRow {
  /** `conv1`, `layer1.0.conv1`; a function's own name. */
  readonly name: string;
  readonly type: string;
  /** The batch as `"N"`. */
  readonly output: readonly (number | string)[];
  readonly parameters: number;
  /** Multiply-adds of convolutions and matrix products, for one sample. */
  readonly macs: number;
}

export interface Summary {
  readonly model: string;
  /** Without buffers, as PyTorch counts them. */
  readonly parameters: number;
  readonly trainable: number;
  /** What is kept and saved beside the parameters: running statistics. */
  readonly buffers: number;
  readonly layers: readonly SummaryRow[];
}

/** Parameters and multiply-adds; the rows of an instance sum up to its cost. */
export interface Cost {
  readonly parameters: number;
  readonly macs: number;
}

export function summarize(model: TypedModel): Summary {
  const trained = model.parameters.filter((p) => p.trainable);
  const buffers = model.parameters.filter((p) => !p.trainable);
  const total = (kept: typeof model.parameters): number =>
    kept.reduce((sum, p) => sum + elements(p.type, model.batch), 0);
  const sizes = sizesOf(model.parameters, model.batch);
  const layers = new Walk(model.batch, sizes).rows(model.body, true);
  // A model as it is declared freezes nothing: all its parameters are trained.
  const parameters = total(trained);
  // What a model declares itself, outside of its layers.
  const own = parameters - layers.reduce((sum, row) => sum + row.parameters, 0);
  const output = shownShape(model.output, model.batch);
  return {
    model: model.name,
    parameters,
    trainable: parameters,
    buffers: total(buffers),
    layers: own === 0 ? layers : [...layers, { name: model.name, type: 'model', output, parameters: own, macs: 0 }],
  };
}

/** What one use of a layer or function takes, with everything in it; `parameters` are those of its model. */
export function costOf(instance: TypedInstance, batch: string, parameters: readonly TypedParameter[]): Cost {
  return new Walk(batch, sizesOf(parameters, batch)).owned(instance);
}

const sizesOf = (parameters: readonly TypedParameter[], batch: string): ReadonlyMap<string, number> =>
  new Map(parameters.flatMap((p) => (p.trainable ? [[p.path, elements(p.type, batch)] as const] : [])));

/** Operators that are written as signs; they are no layers. */
const ARITHMETIC = new Set('add sub mul div neg lt le gt ge eq ne and or not'.split(' '));

class Walk {
  readonly #batch: string;
  readonly #sizes: ReadonlyMap<string, number>;

  constructor(batch: string, sizes: ReadonlyMap<string, number>) {
    this.#batch = batch;
    this.#sizes = sizes;
  }

  /**
   * The rows of a body, in the order in which it computes. `all` lists every layer and function that is applied in it
   * (the model's own body, a sequence), else only what owns parameters.
   */
  rows(body: TypedBlock, all: boolean): SummaryRow[] {
    return expressions(body).flatMap((expression): SummaryRow[] => {
      if (expression.kind === 'call') {
        const { instance } = expression;
        return all || this.owned(instance).parameters > 0 ? this.#rowsOf(instance) : [];
      }
      if (expression.kind !== 'op' || !all || ARITHMETIC.has(expression.op)) return [];
      const output = shownShape(expression.type, this.#batch);
      const macs = multiplyAdds(expression, this.#batch);
      return [{ name: expression.op, type: expression.op, output, parameters: 0, macs }];
    });
  }

  #rowsOf(instance: TypedInstance): SummaryRow[] {
    const inner = this.rows(instance.body, instance.kind === 'sequence');
    const cost = this.owned(instance);
    // What the rows inside do not account for is the instance's own.
    const parameters = cost.parameters - inner.reduce((sum, row) => sum + row.parameters, 0);
    const macs = cost.macs - inner.reduce((sum, row) => sum + row.macs, 0);
    if (inner.length > 0 && parameters === 0 && macs === 0) return inner;
    const output = shownShape(instance.outputs[0], this.#batch);
    const name = instance.path || instance.callee;
    return [...inner, { name, type: instance.callee, output, parameters, macs }];
  }

  /** An instance with everything below it. */
  owned(instance: TypedInstance): Cost {
    let parameters = instance.parameters.reduce((sum, path) => sum + (this.#sizes.get(path) ?? 0), 0);
    let macs = 0;
    for (const expression of expressions(instance.body)) {
      if (expression.kind === 'op') macs += multiplyAdds(expression, this.#batch);
      if (expression.kind !== 'call') continue;
      const cost = this.owned(expression.instance);
      parameters += cost.parameters;
      macs += cost.macs;
    }
    return { parameters, macs };
  }
}

/** A shape with the batch as `"N"`, whatever the model calls it. */
function shownShape(type: TensorType, batch: string): (number | string)[] {
  const sizes = type.shape.map((size) => dim.constant(size) ?? dim.show(size));
  return sizes.map((size) => (size === batch ? 'N' : size));
}

/** Every expression of a body (not of the bodies that it calls), operands first. */
function expressions(body: TypedBlock): TypedExpr[] {
  const found: TypedExpr[] = [];
  // Each result of a layer that has several is a call of the same instance.
  const instances = new Set<TypedInstance>();
  const visit = (expression: TypedExpr): void => {
    if (expression.kind === 'call') {
      if (instances.has(expression.instance)) return;
      instances.add(expression.instance);
    }
    if (expression.kind === 'op' || expression.kind === 'call') expression.args.forEach(visit);
    found.push(expression);
  };
  for (const { value } of body.lets) visit(value);
  for (const { value } of body.updates) visit(value);
  body.results.forEach(visit);
  return found;
}

/** Elements for one sample: the batch counts as 1. */
function elements(type: TensorType, batch: string): number {
  return dim.evaluate(dim.product(type.shape), { [batch]: 1 });
}

/** Each element of a contraction's result sums as many products as the second operand has elements for it. */
function multiplyAdds(op: Extract<TypedExpr, { kind: 'op' }>, batch: string): number {
  const second = op.args[1]?.type.shape ?? [];
  const length = (sizes: typeof second): number => dim.evaluate(dim.product(sizes), { [batch]: 1 });
  if (op.op === 'conv2d') return elements(op.type, batch) * length(second.slice(1));
  if (op.op === 'matmul') return elements(op.type, batch) * length(second.slice(-2, -1));
  return 0;
}
