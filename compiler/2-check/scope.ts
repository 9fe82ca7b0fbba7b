/** Names within a declaration: nested blocks, the inner hiding the outer. Declarations of a module are not in here. */

export class Scope<T> {
  readonly #own = new Map<string, T>();
  readonly #parent: Scope<T> | undefined;

  constructor(parent?: Scope<T>) {
    this.#parent = parent;
  }

  lookup(name: string): T | undefined {
    return this.#own.get(name) ?? this.#parent?.lookup(name);
  }

  /** What this very block binds the name to, not one around it. */
  own(name: string): T | undefined {
    return this.#own.get(name);
  }

  bind(name: string, value: T): void {
    this.#own.set(name, value);
  }

  /** Every visible name, for suggestions. */
  names(): string[] {
    return [...this.#own.keys(), ...(this.#parent?.names() ?? [])];
  }

  /** What this block binds. */
  entries(): [string, T][] {
    return [...this.#own];
  }
}
