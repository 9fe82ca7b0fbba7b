/** The runtime and a generated module with its training loop stay small enough for a page to load without a thought. */
import { expect, test } from 'vitest';
import { fashionCnnModule } from '../../generated/fashion_cnn.kernels.ts';
import { fashionCnnLogitsModule } from '../../generated/fashion_cnn_logits.kernels.ts';
import { bundleOf, showBundle } from './bundle.ts';

/** Minified and gzipped. */
const LIMIT = 60_000;

const models = { fashion_cnn: [fashionCnnModule], fashion_cnn_logits: [fashionCnnLogitsModule] };

test.each(Object.entries(models))('%s and the runtime take less than 60 KB', async (name, modules) => {
  const bundle = await bundleOf(name, modules);
  process.stdout.write(`${name}\n${showBundle(bundle)}\n`);
  expect(bundle.gzipped, showBundle(bundle)).toBeLessThan(LIMIT);
  // What the table lists is what the bundle holds: alone, nothing is found twice, and names are longer.
  const listed = bundle.parts.reduce((sum, { gzipped }) => sum + gzipped, 0);
  expect(listed / bundle.gzipped).toBeGreaterThan(0.9);
  expect(listed / bundle.gzipped).toBeLessThan(1.4);
});
