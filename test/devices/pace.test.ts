/** How many steps go into a submission: more and more while steps follow each other, fewer where they are slow. */
import { expect, test } from 'vitest';
import { mostSteps, Pace } from '../../runtime/webgpu/pace.ts';

/** The sizes of submissions that follow each other, with steps of so many milliseconds. */
function sizes(pace: Pace, submissions: number, each: number): number[] {
  let now = 1000;
  return Array.from({ length: submissions }, () => {
    const { steps } = pace;
    pace.submitted();
    pace.done(steps, now, now + steps * each);
    now += steps * each;
    return steps;
  });
}

test('quick steps: the first alone, then twice as many each time, up to the most', () => {
  const pace = new Pace(mostSteps);
  expect(sizes(pace, 6, 0.1)).toEqual([1, 2, 4, 8, 16, 16]);
  expect(mostSteps).toBe(16);
  pace.restart();
  expect(sizes(pace, 3, 0.1)).toEqual([1, 2, 4]);
});

test('slow steps: as many as take some 25 ms, one where one takes longer', () => {
  expect(sizes(new Pace(mostSteps), 6, 5)).toEqual([1, 2, 4, 5, 5, 5]);
  expect(sizes(new Pace(mostSteps), 4, 400)).toEqual([1, 1, 1, 1]);
});

test('what waited in the queue is not counted as its own time, and a pause is forgotten', () => {
  const pace = new Pace(mostSteps);
  sizes(pace, 5, 1);
  // Made at 2000, but begun when the one before it was done, at 2900: 8 steps took 100 ms.
  pace.done(1, 2000, 2900);
  expect(pace.steps).toBe(1);
  pace.done(8, 2000, 3000);
  expect(pace.steps).toBe(2);
  pace.done(2, 9000, 9001);
  expect(pace.steps).toBe(16);
});
