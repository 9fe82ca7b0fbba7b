/**
 * Errors that a person can act on. A command prints the message alone, without a stack trace; anything else that is
 * thrown is a defect of the program and keeps its trace.
 */

/** Something outside of the program is wrong. The message is complete: what was expected, what came, what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
