/**
 * What the compiler throws when one of its own rules is broken: never for something that a user wrote. The command line
 * shows it as a bug in netc.
 */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}
