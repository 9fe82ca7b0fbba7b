/**
 * The device's random numbers in exact integer arithmetic: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"), a pure function of a counter and a key. The oracle of the WebAssembly routine and of the WGSL
 * function; the runtime's generator, which the host draws with, is written for speed and gives the same bits.
 */

/** Multipliers of a round, and what the key grows by from round to round. */
export const PHILOX = { multipliers: [0xd2511f53, 0xcd9e8d57], weyl: [0x9e3779b9, 0xbb67ae85], rounds: 10 } as const;

/** Stands in every counter that a program draws with, so that the host's draws never share one: `purpose.draw` there. */
export const DRAW_PURPOSE = 3;

const WORD = 0xffffffffn;

/** The first 32-bit word for the counter (element, site, 0, `DRAW_PURPOSE`) and the key (key0, key1). */
function firstWord(element: number, site: number, key0: number, key1: number): bigint {
  const word = (value: number): bigint => BigInt.asUintN(32, BigInt(value));
  const [m0, m1] = PHILOX.multipliers.map(BigInt);
  const [w0, w1] = PHILOX.weyl.map(BigInt);
  let [a, b, c, d] = [word(element), word(site), 0n, BigInt(DRAW_PURPOSE)];
  let [k0, k1] = [word(key0), word(key1)];
  for (let round = 0; round < PHILOX.rounds; round++) {
    const [p0, p1] = [m0 * a, m1 * c];
    [a, b, c, d] = [(p1 >> 32n) ^ b ^ k0, p1 & WORD, (p0 >> 32n) ^ d ^ k1, p0 & WORD];
    [k0, k1] = [(k0 + w0) & WORD, (k1 + w1) & WORD];
  }
  return a;
}

/** The draw of an element at a site under a key, all 32-bit integers: one of 2^24 equally spaced numbers in [0, 1). */
export function philoxUniform(element: number, site: number, key0: number, key1: number): number {
  return Number(firstWord(element, site, key0, key1) >> 8n) * 2 ** -24;
}
