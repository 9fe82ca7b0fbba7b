/** The message of the `UserError` that some work must fail with. */
import { expect } from 'vitest';
import { UserError } from '../../runtime/errors.ts';

export async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : '';
}
