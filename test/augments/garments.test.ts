/** The pictures that torchvision was given are those that are drawn here. */
import { expect, test } from 'vitest';
import { garmentsText } from './garments.ts';

test('test/fixtures/garments.json holds the drawn garments', async () => {
  await expect(garmentsText()).toMatchFileSnapshot('../fixtures/garments.json');
});
