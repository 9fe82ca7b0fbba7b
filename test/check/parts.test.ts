/** What `split` and positions that are tensors refuse; what they compute is compared with PyTorch (sequence_cases.py). */
import { expect, test } from 'vitest';
import { checkText, checkValid } from './harness.ts';

const messages = (body: string): string[] =>
  checkText(`model Net(x: f32[N, 6, 4], i: class(6)[N], j: class(4)[N, 3]) {\n  ${body}\n}\n`).diagnostics.map(
    ({ code, message }) => `${code}: ${message}`,
  );

test.each([
  ['split(x, 0, axis=1).0', 'E0308: split: the 6 at axis 1 of f32[N, 6, 4] cannot be cut into parts of 0'],
  ['split(x, (1, 2), axis=1).0', 'E0308: split: parts of 1, 2 do not make up the 6 at axis 1 of f32[N, 6, 4]'],
  ['split(x, (7, -1), axis=1).0', 'E0308: split: parts of 7, -1 do not make up the 6 at axis 1 of f32[N, 6, 4]'],
  ['split(x, 2).0', 'E0308: split: the N at axis 0 of f32[N, 6, 4] cannot be cut into parts of 2'],
  ['split(x, 2, axis=3).0', 'E0308: split: there is no axis 3 in f32[N, 6, 4]'],
  ['split(x, 2, axis=-4).0', 'E0308: split: there is no axis -4 in f32[N, 6, 4]'],
  ['split(x, 2, axis=1).3', 'E0408: a tuple of 3 values has no member 3'],
  ['split(x, 2, axis=1) |> relu', undefined],
])('%s', (body, message) => {
  const found = messages(`let _unread = i\n  let _other = j\n  ${body}`);
  if (message === undefined) expect(found).not.toEqual([]);
  else expect(found).toEqual([message]);
});

test.each([
  ['x[i, :, j]', 'E0306: the positions class(6)[N] and class(4)[N, 3] do not fit together'],
  ['x[i[:2], :, j[0, :2]]', 'E0308: positions that are tensors must stand side by side'],
  ['x[:, :, i]', 'E0308: i is one of 6 classes, and the axis has 4 positions'],
  ['x[:, mean(x)]', 'E0404: a position must be an integer, not a tensor f32[]'],
])('%s', (body, message) => {
  expect(messages(`let _all = (i, j)\n  ${body}`)).toEqual([expect.stringContaining(message)]);
});

test("a range's members are its ends, in messages as well", () => {
  const text = (range: string): string => `
layer Between(bounds: float..float)(x: f32[N, 3]) -> f32[N, 3]
  where bounds.0 >= 0 else "from {bounds.0} to {bounds.1}"
{
  clamp(x, bounds.0, bounds.1)
}

model Net(x: f32[N, 3]) -> f32[N, 3] { x |> Between(${range}) }
`;
  checkValid(text('0.25..1.5'));
  expect(checkText(text('-1..1.5')).diagnostics.map(({ message }) => message)).toEqual(['from -1 to 1.5']);
  const wrong = text('0.25..1.5').replace('bounds.1)', 'bounds.2)');
  expect(checkText(wrong).diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'E0408: the range 0.25..1.5 has no member 2',
  ]);
});
