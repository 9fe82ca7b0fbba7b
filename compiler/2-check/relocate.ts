/** Typed expressions for another place in a model: other numbers of locals, other paths of parameters. */
import type { TypedBlock, TypedExpr, TypedInput, TypedInstance } from './typed.ts';

export class Relocation {
  readonly #from: string;
  readonly #to: string;
  readonly #base: number;
  readonly #shift: number;
  readonly #instances = new Map<TypedInstance, TypedInstance>();

  /** From the path `from` to `to`; locals from `base` on are numbered higher by `shift`. */
  constructor(from: string, to: string, base: number, shift: number) {
    this.#from = from;
    this.#to = to;
    this.#base = base;
    this.#shift = shift;
  }

  path(path: string): string {
    const inner = this.#from === '' ? path : path.slice(this.#from.length + 1);
    return inner === '' ? this.#to : this.#to === '' ? inner : `${this.#to}.${inner}`;
  }

  expr(expr: TypedExpr): TypedExpr {
    switch (expr.kind) {
      case 'local':
        return { ...expr, local: this.#local(expr.local) };
      case 'parameter':
        return { ...expr, path: this.path(expr.path) };
      case 'op':
        return { ...expr, args: expr.args.map((arg) => this.expr(arg)) };
      case 'call': {
        const args = expr.args.map((arg) => this.expr(arg));
        return { ...expr, instance: this.#instance(expr.instance), args };
      }
      default:
        return expr;
    }
  }

  block({ lets, updates, results }: TypedBlock): TypedBlock {
    return {
      lets: lets.map((each) => ({ ...each, local: this.#local(each.local), value: this.expr(each.value) })),
      updates: updates.map(({ path, value }) => ({ path: this.path(path), value: this.expr(value) })),
      results: results.map((result) => this.expr(result)),
    };
  }

  #local(local: number): number {
    return local < this.#base ? local : local + this.#shift;
  }

  #instance(instance: TypedInstance): TypedInstance {
    const known = this.#instances.get(instance);
    if (known) return known;
    const { path, inputs, body, parameters } = instance;
    const moved: TypedInstance = {
      ...instance,
      // A function has no path.
      path: path === '' ? '' : this.path(path),
      inputs: inputs.map((input): TypedInput => ({ ...input, local: this.#local(input.local) })),
      body: this.block(body),
      parameters: parameters.map((each) => this.path(each)),
    };
    this.#instances.set(instance, moved);
    return moved;
  }
}
