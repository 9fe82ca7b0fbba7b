/**
 * Asks WebGPU what it answers later. Where it answers by itself, in browsers, that is a plain call. The package for Node looks for
 * answers in every turn of the event loop (`setImmediate`, again and again): while anything is awaited a core spins, which
 * keeps an integrated GPU from its share of the power and takes a third of what a software adapter computes with. So it looks as
 * often only while the answer may be near, then once a millisecond. Says nothing of what is asked.
 */

/** For how long after a question the answer is looked for at once, in milliseconds: a millisecond more is little after that. */
const eager = 5;

let asked = 0;

/** What `call` returns, which is to be all that asks. */
export function ask<T>(call: () => Promise<T>): Promise<T> {
  if (typeof setImmediate === 'undefined') return call();
  asked = performance.now();
  return looking(call);
}

/** Does `call` with a `setImmediate` that may take its time: the package takes what is there when it asks, and each time it looks. */
function looking<T>(call: () => T): T {
  const { setImmediate } = globalThis;
  const later = (look: () => void): void => {
    const again = (): void => looking(look);
    if (performance.now() - asked < eager) setImmediate(again);
    else setTimeout(again, 1);
  };
  globalThis.setImmediate = later as typeof setImmediate;
  try {
    return call();
  } finally {
    globalThis.setImmediate = setImmediate;
  }
}
