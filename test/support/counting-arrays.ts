/**
 * Counts the typed arrays and array buffers that a piece of code makes, by whatever name: `new`, `from`, `subarray`,
 * `slice`. For code of this process's main thread that takes the constructors from the global object.
 */
const kinds = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Float32Array',
  'Float64Array',
  'Int32Array',
  'Uint8Array',
  'Uint32Array',
] as const;
const makers = ['subarray', 'slice', 'map', 'filter'] as const;

export function arraysMadeBy(work: () => void): number {
  let made = 0;
  const prototype: object = Object.getPrototypeOf(Uint8Array.prototype);
  const restore: (() => void)[] = [];
  const replace = (target: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    if (before === undefined) throw new Error(`there is no ${name}`);
    Object.defineProperty(target, name, { ...before, value });
    restore.push(() => Object.defineProperty(target, name, before));
  };
  for (const kind of kinds) {
    const construct = (target: (typeof globalThis)[typeof kind], given: unknown[], as: typeof target): object => {
      made++;
      return Reflect.construct(target, given, as);
    };
    replace(globalThis, kind, new Proxy(globalThis[kind], { construct }));
  }
  for (const name of makers) {
    const method: unknown = Reflect.get(prototype, name);
    if (typeof method !== 'function') throw new Error(`there is no ${name}`);
    replace(prototype, name, function (this: unknown, ...given: unknown[]): unknown {
      made++;
      return Reflect.apply(method, this, given);
    });
  }
  try {
    work();
  } finally {
    for (const undo of restore) undo();
  }
  return made;
}
