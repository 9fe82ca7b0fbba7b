/** The front end over a file of the command line. Nothing is compiled, and no message is printed here. */
import { type Analysis, analyze as analyzeSource } from '../front-end.ts';
import { fileHost, readSource } from './host.ts';

/** Checks one file. Throws `UserError` when it cannot be read. */
export function analyze(path: string): Analysis {
  return analyzeSource(readSource(path), fileHost);
}
