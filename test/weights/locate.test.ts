/** Where the file of `pretrained("…")` is looked for, what is downloaded, and what is said where it is nowhere. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findWeights, type WeightsPlace } from '../../runtime/weights/locate.ts';
import { messageOf } from '../support/message-of.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-weights-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder = '';
let count = 0;
let place: WeightsPlace = {};
beforeEach(() => {
  folder = join(scratch, String(count++));
  mkdirSync(folder);
  place = { weightsFolder: { folder: '../models', module: pathToFileURL(join(folder, 'generated', 'a.ts')).href } };
  vi.stubEnv('NETC_CACHE', join(folder, 'cache'));
  vi.stubEnv('NETC_DATA', '');
});
afterEach(() => vi.unstubAllEnvs());

const content = 'the weights';
const hash = createHash('sha256').update(content).digest('hex');
const published = `net18-${hash.slice(0, 8)}.pth`;
const nowhere = ['http://127.0.0.1:9/models/'];

function put(name: string, ...folders: string[]): string {
  const where = join(folder, ...folders);
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, name), content);
  return join(where, name);
}

/** Messages and paths show a folder as it is seen from here, if that is shorter. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

/** Serves a text for every path while `work` runs, and lists the paths. */
async function served(text: string, work: (urls: string[]) => Promise<void>): Promise<readonly string[]> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    await work([`http://127.0.0.1:${port}/models/`]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  return asked;
}

test('where the command was given, beside the file, with the data, in the cache: in this order', async () => {
  vi.stubEnv('NETC_DATA', join(folder, 'all'));
  const given = { ...place, data: join(folder, 'data') };
  const find = () => findWeights(published, given, nowhere);
  const cached = put(published, 'cache', 'weights');
  expect(await find()).toBe(cached);
  const all = put(published, 'all');
  expect(await find()).toBe(all);
  const data = put(published, 'data');
  expect(await find()).toBe(data);
  const beside = put(published, 'models');
  expect(await find()).toBe(shown(beside));
  const away = process.cwd();
  try {
    put(published);
    process.chdir(folder);
    expect(await find()).toBe(published);
  } finally {
    process.chdir(away);
  }
});

test('a path below the `.net` file, and an absolute one', async () => {
  const below = put('w.safetensors', 'models', 'runs', 'first');
  expect(await findWeights('runs/first/w.safetensors', place)).toBe(shown(below));
  expect(await findWeights(below, place)).toBe(below);
});

test('a path from the command line is taken as it is, whether there is such a file or not', async () => {
  put(published, 'cache', 'weights');
  expect(await findWeights(published, { data: folder }, nowhere)).toBe(published);
});

test('a file that PyTorch publishes is downloaded to the cache, once', async () => {
  const lines: string[] = [];
  const asked = await served(content, async (urls) => {
    const report = (line: string) => lines.push(line);
    const path = await findWeights(published, { ...place, report }, urls);
    expect(path).toBe(join(folder, 'cache', 'weights', published));
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(await findWeights(published, place, urls)).toBe(path);
  });
  expect(asked).toEqual([`/models/${published}`]);
  expect(lines.at(-1)).toBe(`downloading ${published}: 0.0 kB of 0.0 kB`);
});

test('what comes must have the hash of the name', async () => {
  await served('something else', async (urls) => {
    const message = await messageOf(findWeights(published, place, urls));
    expect(message).toContain(`, expected ${hash.slice(0, 8)}`);
    expect(existsSync(join(folder, 'cache', 'weights', published))).toBe(false);
  });
});

test('a file that is there must have it too', async () => {
  const path = put('net18-0123abcd.pth', 'models');
  expect(await messageOf(findWeights('net18-0123abcd.pth', place, nowhere))).toBe(
    `${shown(path)} is not the file that its name says: its SHA-256 begins with ${hash.slice(0, 8)}, not 0123abcd. ` +
      'It may be cut off or damaged: delete it to have it downloaded again; if it is a file of your own, give it another name',
  );
});

test('without a connection: which file to get, from where, and where to put it', async () => {
  const message = await messageOf(findWeights(published, place, nowhere));
  const cache = join(folder, 'cache', 'weights');
  const [first, second, last] = message.split('\n');
  expect(first).toBe(
    `the weights ${published} are not there: no such file in ., ${shown(join(folder, 'models'))}, ${cache}, and downloading failed:`,
  );
  expect(second).toContain(`http://127.0.0.1:9/models/${published}: `);
  expect(last).toBe(
    `Get http://127.0.0.1:9/models/${published} where there is a connection, and put it into ${cache} or beside the .net file`,
  );
});

test('the address is PyTorch’s own', async () => {
  const fetched: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    fetched.push(url);
    throw new Error('no network');
  });
  try {
    expect(await messageOf(findWeights('resnet18-f37072fd.pth', place))).toContain(': no network\n');
    expect(fetched).toEqual(['https://download.pytorch.org/models/resnet18-f37072fd.pth']);
    // Other names are asked for nowhere.
    for (const name of [
      'mine.safetensors',
      'mine.pth',
      'runs/resnet18-f37072fd.pth',
      '../x-01234567.pth',
      'resnet18.pth',
    ]) {
      await messageOf(findWeights(name, place));
    }
    expect(fetched.length).toBe(1);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a name without its hash is told the whole one', async () => {
  expect(await messageOf(findWeights('resnet18.pth', place))).toMatch(
    /\nPut the file into one of these folders; what PyTorch publishes is called `resnet18-f37072fd\.pth`, and is downloaded under this name$/,
  );
  expect(await messageOf(findWeights('mine.safetensors', place))).toMatch(/\nPut the file into one of these folders$/);
});
