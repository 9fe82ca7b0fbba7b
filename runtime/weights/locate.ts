/**
 * Where the file lies that `weights = pretrained("…")` names: where the command was given, beside the `.net` file, with the
 * data, in the cache; else PyTorch's own server is asked, if the name is one of its files'. Reads no weights.
 */
import type { OwnFolder } from '../data/dataset.ts';
import { download, type Report } from '../data/download.ts';
import { cacheFolder, findFile, ownFolder } from '../data/locate.ts';
import { UserError } from '../errors.ts';
import { nodeModules } from '../host/node.ts';
import { publishedFor } from './published.ts';

/** Where `torchvision` and `torch.hub` get theirs. */
const official = ['https://download.pytorch.org/models/'];

/** PyTorch puts the beginning of a file's SHA-256 into its name: `resnet18-f37072fd.pth`. */
const hashed = /^[\w.-]+-([0-9a-f]{8,64})\.pth$/;

/** What is known of a file's whereabouts beside its name. */
export interface WeightsPlace {
  /** The folder of the `.net` file that names it. Without it the name is a path like any other: nothing is looked for. */
  readonly weightsFolder?: OwnFolder | undefined;
  /** `--data`: a folder, or `synthetic`. */
  readonly data?: string | undefined;
  /** Told about downloads; nothing is printed without it. */
  readonly report?: Report | undefined;
}

/** The path of the file. Throws `UserError`, saying where to put it, when it is nowhere. `urls` is for tests. */
export async function findWeights(name: string, place: WeightsPlace, urls = official): Promise<string> {
  const { path } = nodeModules('reading weights from a file');
  if (!place.weightsFolder || path.isAbsolute(name)) return name;
  const folders = searchedFolders(place.weightsFolder, place.data);
  const sha256 = hashed.exec(name)?.[1];
  const found = findFile(name, folders);
  if (found !== undefined) {
    if (sha256 !== undefined) await checkHash(found, sha256);
    return found;
  }
  const missing = `the weights ${name} are not there: no such file in ${folders.join(', ')}`;
  if (sha256 === undefined) {
    const near = publishedFor(name);
    const hint =
      near === undefined ? '' : `; what PyTorch publishes is called \`${near}\`, and is downloaded under this name`;
    throw new UserError(`${missing}\nPut the file into one of these folders${hint}`);
  }
  const cache = cacheFolder('weights');
  try {
    return await download({ file: name, sha256 }, urls, cache, place.report ?? (() => {}));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${missing}, and downloading failed:\n${error.message}\n` +
        `Get ${new URL(name, urls[0]).href} where there is a connection, and put it into ${cache} or beside the .net file`,
    );
  }
}

/** The file where it lies on this machine; undefined if it is in none of the folders that are searched. Downloads nothing. */
export function weightsHere(name: string, { weightsFolder, data }: WeightsPlace): string | undefined {
  const { path } = nodeModules('looking for weights');
  return findFile(name, weightsFolder && !path.isAbsolute(name) ? searchedFolders(weightsFolder, data) : ['']);
}

/** In order. `NETC_DATA` and `--data` may hold weights beside data. */
function searchedFolders(own: OwnFolder, data: string | undefined): readonly string[] {
  const { NETC_DATA } = process.env;
  const named = data === undefined || data === 'synthetic' ? [] : [data];
  return [...new Set(['.', ownFolder(own), ...named, ...(NETC_DATA ? [NETC_DATA] : []), cacheFolder('weights')])];
}

async function checkHash(file: string, expected: string): Promise<void> {
  const { crypto, fs } = nodeModules('checking weights');
  const hash = crypto.createHash('sha256');
  for await (const part of fs.createReadStream(file)) hash.update(part);
  const found = hash.digest('hex');
  if (found.startsWith(expected)) return;
  throw new UserError(
    `${file} is not the file that its name says: its SHA-256 begins with ${found.slice(0, expected.length)}, not ${expected}. ` +
      'It may be cut off or damaged: delete it to have it downloaded again; if it is a file of your own, give it another name',
  );
}
