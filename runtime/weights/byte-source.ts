/** Bytes that can be read piece by piece: a file on the disk, or what is in memory already. Knows no format. */
import { UserError } from '../errors.ts';
import { errorCode, reasonFor } from '../host/files.ts';
import { nodeModules } from '../host/node.ts';

export interface ByteSource {
  /** As messages call it: the file's path. */
  readonly name: string;
  readonly size: number;
  /** `length` bytes from `begin` on, all of them within the size. Not to be written to: they may be the source's own. */
  read(begin: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (begin, length) => bytes.subarray(begin, begin + length),
    close: async () => {},
  };
}

/** Throws `UserError` when the file cannot be read. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { fs } = nodeModules(`reading ${path}`);
  const failed = (error: unknown): never => {
    const reason = errorCode(error) === 'ENOENT' ? 'there is no such file' : reasonFor(error);
    throw new UserError(`cannot read the weights ${path}: ${reason}`);
  };
  const file = await fs.promises.open(path, 'r').catch(failed);
  const status = await file.stat();
  if (!status.isFile()) {
    await file.close();
    throw new UserError(`cannot read the weights ${path}: it is ${status.isDirectory() ? 'a folder' : 'not a file'}`);
  }
  return {
    name: path,
    size: status.size,
    read: async (begin, length) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, begin + done).catch(failed);
        if (bytesRead === 0) throw new UserError(`cannot read the weights ${path}: it became shorter meanwhile`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}
