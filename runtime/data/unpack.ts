/**
 * A data file's contents: unpacked if it is gzip, checked against its SHA-256. Both run on Node's helper threads, beside
 * whatever the main thread does meanwhile.
 */
import { UserError } from '../errors.ts';
import { errorCode } from '../host/files.ts';
import { nodeModules } from '../host/node.ts';

/** What may be unpacked at most: more than any data set that is held in memory as a whole. */
const maximumLength = 2 ** 31;

export interface Unpacked {
  readonly bytes: Uint8Array;
  /** Of the file as it is stored. */
  readonly sha256: string;
}

/** `source` names the file in errors. The hash is only compared by the caller, who knows better what went wrong. */
export async function unpack(stored: Uint8Array, source: string): Promise<Unpacked> {
  const digest = hashOf(stored);
  const packed = stored[0] === 0x1f && stored[1] === 0x8b;
  const bytes = packed ? await gunzip(stored, source) : stored;
  return { bytes, sha256: await digest };
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await nodeModules('checking data').crypto.webcrypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function gunzip(stored: Uint8Array, source: string): Promise<Uint8Array> {
  const { zlib } = nodeModules('unpacking data');
  // The last four bytes say how long the result is (mod 2^32): one piece of that size spares putting many together.
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const length = stored.length < 18 ? 0 : view.getUint32(stored.length - 4, true);
  const chunkSize = Math.min(Math.max(length, 2 ** 16), 2 ** 28);
  return new Promise((resolve, reject) => {
    zlib.gunzip(stored, { chunkSize, maxOutputLength: maximumLength }, (error, bytes) => {
      if (!error) resolve(bytes);
      else if (errorCode(error) === 'Z_BUF_ERROR') {
        reject(
          new UserError(
            `${source} is cut off: its gzip data end too early (${stored.length} bytes); download or copy it again`,
          ),
        );
      } else
        reject(
          new UserError(
            `${source} is damaged: ${error.message} while unpacking its gzip data; download or copy it again`,
          ),
        );
    });
  });
}
