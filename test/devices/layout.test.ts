/** Where the CPU device's memory holds what: kernels' pointers may lie a page before what they read. */
import { expect, test } from 'vitest';
import { layout } from '../../runtime/cpu/layout.ts';
import { LOWEST_ADDRESS } from '../../runtime/program.ts';
import { toy } from './toy.ts';

test.each([1, 2, 8])("neither buffers nor a thread's own memory begin in the first page, %d threads", (threads) => {
  const { words, addresses, bytes } = layout(toy, 4, threads);
  expect(words.local).toBeGreaterThanOrEqual(LOWEST_ADDRESS);
  const end = words.local + threads * words.localBytes;
  for (const address of addresses) expect(address).toBeGreaterThanOrEqual(end);
  expect(bytes).toBeGreaterThan(Math.max(...addresses));
});
