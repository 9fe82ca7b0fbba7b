/** Puts a clock around every function that WebAssembly modules export from now on in this process. */

/** Milliseconds spent in each function, by its name; cleared by whoever reads it. */
export function timedKernels(): Map<string, number> {
  const spent = new Map<string, number>();
  const instantiate = WebAssembly.instantiate;
  const timed = async (code: WebAssembly.Module, imports: WebAssembly.Imports) => {
    const instance = await instantiate(code, imports);
    const exports = Object.fromEntries(
      Object.entries(instance.exports).map(([name, value]) => [
        name,
        isFunction(value) ? clocked(name, value, spent) : value,
      ]),
    );
    return { exports };
  };
  Object.assign(WebAssembly, { instantiate: timed });
  return spent;
}

type Callable = (...args: readonly unknown[]) => unknown;

const isFunction = (value: unknown): value is Callable => typeof value === 'function';

function clocked(name: string, call: Callable, spent: Map<string, number>): Callable {
  return (...args) => {
    const start = performance.now();
    const result = call(...args);
    spent.set(name, (spent.get(name) ?? 0) + performance.now() - start);
    return result;
  };
}
