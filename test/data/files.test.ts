/** Data sets from files: what is read, where it is looked for, and what is said about files that are not right. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DatasetSpec } from '../../runtime/data/dataset.ts';
import { openSplits } from '../../runtime/data/open.ts';
import { openSplit } from '../../runtime/index.ts';
import { messageOf } from '../support/message-of.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-data-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(scratch, String(count++));
  mkdirSync(folder);
  // Nothing of this machine's own may be found.
  vi.stubEnv('NETC_CACHE', join(folder, 'cache'));
  vi.stubEnv('NETC_DATA', '');
});
afterEach(() => vi.unstubAllEnvs());

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, Buffer.from(data)]);
}

const images = idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = idx([3], [0, 2, 1]);
const packedImages = gzipSync(images);

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Three pictures of 2x2 in three classes; `urls` for downloads. */
function tiny(urls: readonly string[] = []): DatasetSpec {
  return {
    name: 'Tiny',
    sample: [
      { name: 'image', element: 'u8', shape: [1, 2, 2] },
      { name: 'label', element: 'i32', shape: [], classes: 3 },
    ],
    classes: ['a', 'b', 'c'],
    urls,
    splits: [
      {
        name: 'train',
        files: [
          { field: 'image', file: 'images.gz', sha256: sha256(packedImages) },
          { field: 'label', file: 'labels.gz' },
        ],
      },
    ],
  };
}

function put(file: string, bytes: Uint8Array, where = folder): void {
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, file), bytes);
}

test('packed and unpacked files are read', async () => {
  put('images.gz', packedImages);
  // Someone has unpacked this one.
  put('labels', labels);
  const split = await openSplit(tiny(), 'train', { data: folder });
  expect(split.samples).toBe(3);
  expect(split.columns.map((column) => [...column.data])).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [0, 2, 1],
  ]);
});

test('files are looked for in NETC_DATA, in a folder of the data set there, and in the cache', async () => {
  put('images.gz', packedImages, join(folder, 'mine'));
  put('labels.gz', gzipSync(labels), join(folder, 'mine', 'Tiny'));
  vi.stubEnv('NETC_DATA', join(folder, 'mine'));
  expect((await openSplit(tiny(), 'train')).samples).toBe(3);
  vi.stubEnv('NETC_DATA', '');
  expect(await messageOf(openSplit(tiny(), 'train'))).toContain(`not found in ${join(folder, 'cache', 'Tiny')}`);
  put('images.gz', packedImages, join(folder, 'cache', 'Tiny'));
  put('labels.gz', gzipSync(labels), join(folder, 'cache', 'Tiny'));
  expect((await openSplit(tiny(), 'train')).samples).toBe(3);
});

test("a data set of one's own lies beside its program, which goes before NETC_DATA, and never in the cache", async () => {
  const module = pathToFileURL(join(folder, 'generated', 'tiny.ts')).href;
  const spec = { ...tiny(), own: { folder: '../project/data', module } };
  const [data, other] = [join(folder, 'project', 'data'), join(folder, 'other')];
  // Messages show the shorter of the two.
  const near = relative(process.cwd(), data);
  const shown = near.length < data.length ? near : data;
  for (const where of [other, join(folder, 'cache', 'Tiny')]) put('images.gz', packedImages, where);
  for (const where of [other, join(folder, 'cache', 'Tiny')]) put('labels.gz', labels, where);
  expect(await messageOf(openSplit(spec, 'train'))).toBe(
    `the data set Tiny is not there: images.gz, labels.gz not found in ${shown}\n` +
      `Put the files into ${shown}, or name their folder with --data DIR or NETC_DATA`,
  );
  vi.stubEnv('NETC_DATA', other);
  expect([...((await openSplit(spec, 'train')).columns[1]?.data ?? [])]).toEqual([0, 2, 1]);
  put('labels.gz', idx([3], [1, 1, 1]), data);
  put('images.gz', packedImages, data);
  expect([...((await openSplit(spec, 'train')).columns[1]?.data ?? [])]).toEqual([1, 1, 1]);
  const absolute = { ...tiny(), own: { folder: data, module } };
  expect([...((await openSplit(absolute, 'train')).columns[1]?.data ?? [])]).toEqual([1, 1, 1]);
});

test('a folder that the user names is the only one', async () => {
  put('images.gz', packedImages, join(folder, 'cache', 'Tiny'));
  put('labels.gz', gzipSync(labels), join(folder, 'cache', 'Tiny'));
  const message = await messageOf(openSplit(tiny(['http://127.0.0.1:9/']), 'train', { data: join(folder, 'mine') }));
  expect(message).toContain(`images.gz, labels.gz not found in ${join(folder, 'mine')}\n`);
  // Which draws other pictures than this data set's.
  expect(message).not.toContain('--data synthetic');
});

test('all that is missing is named at once, over several splits', async () => {
  const spec: DatasetSpec = {
    ...tiny(),
    splits: [
      ...tiny().splits,
      {
        name: 'test',
        files: [
          { field: 'image', file: 'ti.gz' },
          { field: 'label', file: 'tl.gz' },
        ],
      },
    ],
  };
  put('images.gz', packedImages);
  const message = await messageOf(openSplits(spec, ['train', 'test'], { data: folder }));
  expect(message).toContain(`labels.gz, ti.gz, tl.gz not found in ${folder}`);
});

test('a split that the data set has not', async () => {
  expect(await messageOf(openSplit(tiny(), 'test', { data: folder }))).toContain(
    'no split `test`; its splits are: train',
  );
});

/** What each damage to one of the files is told. */
test.each<[string, string, Uint8Array, string]>([
  [
    'cut off',
    'images.gz',
    packedImages.subarray(0, 30),
    'images.gz is cut off: its gzip data end too early (30 bytes)',
  ],
  ['damaged', 'images.gz', packedImages.map((b, i) => (i === 12 ? b ^ 0xff : b)), 'images.gz is damaged'],
  ['another file', 'images.gz', gzipSync(idx([3, 2, 2], new Array(12).fill(0))), `expected ${sha256(packedImages)}`],
  [
    'no IDX',
    'labels.gz',
    Buffer.from('<html>not found</html>'),
    'labels.gz is not an IDX file: expected it to begin with the bytes 00 00 08, found 3c 68 74 6d',
  ],
  ['empty', 'labels.gz', Buffer.alloc(0), 'found nothing'],
  ['floats', 'labels.gz', labels.map((b, i) => (i === 2 ? 13 : b)), 'elements of IDX type 0d, expected 08'],
  [
    'cut off within its header',
    'labels.gz',
    labels.subarray(0, 6),
    'cut off within its header: 1 dimensions take 8 bytes, but it has 6',
  ],
  [
    'cut off within its data',
    'labels.gz',
    labels.subarray(0, -1),
    'is cut off: its header says [3], 3 bytes of data, but it has 2',
  ],
  ['too long', 'labels.gz', Buffer.concat([labels, labels]), 'is too long'],
  ['of another shape', 'labels.gz', images, 'samples of shape [2, 2], but the field `label` is declared as []'],
  [
    'of a class too many',
    'labels.gz',
    idx([3], [0, 3, 1]),
    'sample 1 has the label 3, but the data set declares class(3), so 0 to 2',
  ],
  ['of another number of samples', 'labels.gz', idx([2], [0, 1]), 'has 3 of `image` but 2 of `label`'],
])('a file that is %s', async (_what, file, bytes, message) => {
  put('images.gz', packedImages);
  put('labels.gz', gzipSync(labels));
  put(file, bytes);
  expect(await messageOf(openSplit(tiny(), 'train', { data: folder }))).toContain(message);
});

test('no samples at all', async () => {
  const spec: DatasetSpec = {
    ...tiny(),
    splits: [
      {
        name: 'train',
        files: [
          { field: 'image', file: 'i' },
          { field: 'label', file: 'l' },
        ],
      },
    ],
  };
  put('i', idx([0, 2, 2], []));
  put('l', idx([0], []));
  expect(await messageOf(openSplit(spec, 'train', { data: folder }))).toContain('has no samples');
});

/** A server with the files; counts what it is asked. */
async function serve(
  files: Readonly<Record<string, Buffer>>,
): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    asked.push(name);
    const file = files[name];
    if (file) response.end(file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, asked, server };
}

test('what is nowhere is downloaded once, from the first address that has the right file', async () => {
  const wrong = await serve({ 'images.gz': Buffer.from('maintenance') });
  const right = await serve({ 'images.gz': packedImages, 'labels.gz': gzipSync(labels) });
  const lines: string[] = [];
  try {
    const spec = tiny([wrong.url, right.url]);
    expect((await openSplit(spec, 'train', { report: (line) => lines.push(line) })).samples).toBe(3);
    expect((await openSplit(spec, 'train')).samples).toBe(3);
    expect(right.asked).toEqual(['images.gz', 'labels.gz']);
    expect(readdirSync(join(folder, 'cache', 'Tiny')).sort()).toEqual(['images.gz', 'labels.gz']);
    expect(lines.at(-1)).toMatch(/^downloading labels\.gz: \d\.\d kB/);
  } finally {
    wrong.server.close();
    right.server.close();
  }
});

test('no address works: each is named with its reason, and what else can be done', async () => {
  const wrong = await serve({ 'images.gz': Buffer.from('maintenance') });
  try {
    const message = await messageOf(openSplit(tiny([wrong.url, 'http://127.0.0.1:9/', `${wrong.url}none/`]), 'train'));
    expect(message).toContain(
      `images.gz, labels.gz not found in ${join(folder, 'cache', 'Tiny')}, and downloading failed`,
    );
    expect(message).toContain(
      `${wrong.url}images.gz: its SHA-256 is ${sha256(Buffer.from('maintenance'))}, expected ${sha256(packedImages)}`,
    );
    expect(message).toContain('http://127.0.0.1:9/images.gz: ');
    expect(message).toContain(`${wrong.url}none/images.gz: the server answered 404 Not Found`);
    expect(message).toContain('--data DIR');
    expect(existsSync(join(folder, 'cache', 'Tiny', 'images.gz'))).toBe(false);
  } finally {
    wrong.server.close();
  }
});

test('of several bad files the first of the list is told, however long it takes to find it bad', async () => {
  const large = new Uint8Array(4_000_000).map((_, i) => (i * 7919) >> 5);
  put('images.gz', gzipSync(Buffer.concat([idx([1, 2000, 2000], []), large])));
  put('labels.gz', idx([3, 3], [1, 2, 3]));
  const spec = tiny();
  const unsigned = {
    ...spec,
    splits: spec.splits.map((split) => ({ ...split, files: split.files.map(({ field, file }) => ({ field, file })) })),
  };
  expect(await messageOf(openSplit(unsigned, 'train', { data: folder }))).toContain('images.gz holds samples');
});
