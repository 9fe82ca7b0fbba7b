/**
 * Node's own modules, for the few places that touch files, processes and terminals. Looked up when they are used and not
 * imported, so that the runtime loads in a browser and in any bundler.
 */
import { UserError } from '../errors.ts';

/** True in Node, Deno and Bun; false in a browser. */
export function hasNode(): boolean {
  return typeof process !== 'undefined' && typeof process.getBuiltinModule === 'function';
}

/** `what` completes "… needs Node": `reading weights from a file`. */
export function nodeModules(what: string) {
  if (!hasNode()) {
    throw new UserError(`${what} needs Node 20.19 or later; in a browser pass the bytes themselves`);
  }
  return {
    fs: process.getBuiltinModule('node:fs'),
    path: process.getBuiltinModule('node:path'),
    os: process.getBuiltinModule('node:os'),
    url: process.getBuiltinModule('node:url'),
    zlib: process.getBuiltinModule('node:zlib'),
    crypto: process.getBuiltinModule('node:crypto'),
    util: process.getBuiltinModule('node:util'),
  };
}

/** Where progress and messages go; undefined in a browser. */
export function standardError() {
  return hasNode() ? process.stderr : undefined;
}
