/** PyTorch's format since 1.6: a zip archive with the pickle in `data.pkl` and each storage in a record of its own. */
import type { ByteSource } from '../byte-source.ts';
import { dtypeSizes } from '../dtype.ts';
import type { WeightsFile } from '../weights-file.ts';
import { damaged, noWeights, PickleEnd } from './errors.ts';
import { readPickle } from './pickle.ts';
import { stateDictOf } from './state-dict.ts';
import { torchFile } from './torch-file.ts';
import type { Storage } from './values.ts';
import { readDirectory, recordStart, type ZipRecord } from './zip.ts';

export { isZip } from './zip.ts';

/** Longer than the pickle of any checkpoint, which holds no numbers of tensors. */
const longestPickle = 2 ** 26;

/** Reads the directory and the pickle, no storage. Throws `UserError`. */
export async function openZip(source: ByteSource): Promise<WeightsFile> {
  const records = await readDirectory(source);
  const pickle = [...records.values()].find(({ name }) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (!pickle) throw noWeights(source.name, 'is a zip archive, but none that `torch.save` wrote: it has no data.pkl');
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  if (records.has(`${folder}constants.pkl`)) {
    throw noWeights(source.name, 'holds a program of TorchScript (`torch.jit.save`), not weights alone');
  }
  const state = stateDictOf(await unpickle(source, pickle), source.name);
  const recordOf = (key: string): ZipRecord | undefined => records.get(`${folder}data/${key}`);
  for (const { tensor } of state.tensors) {
    const { key, dtype, length } = tensor.storage;
    const record = recordOf(key);
    if (!record) throw damaged(source.name, `its storage ${key} is missing`);
    if (record.size < length * dtypeSizes[dtype]) {
      throw damaged(
        source.name,
        `its storage ${key} has ${record.size} bytes, too few for ${length} elements of ${dtype}`,
      );
    }
  }
  const turned = await isBigEndian(source, records.get(`${folder}byteorder`));
  const startOf = async ({ key }: Storage): Promise<number> => {
    const record = recordOf(key);
    if (!record) throw damaged(source.name, `its storage ${key} is missing`);
    return recordStart(record, source);
  };
  return torchFile({ format: 'PyTorch (zip)', state, source, startOf, turned });
}

async function unpickle(source: ByteSource, record: ZipRecord) {
  if (record.size > longestPickle) throw damaged(source.name, `its pickle has ${record.size} bytes`);
  const bytes = await source.read(await recordStart(record, source), record.size);
  try {
    return readPickle(bytes, source.name).value;
  } catch (error) {
    if (error instanceof PickleEnd) throw damaged(source.name, 'its pickle is cut off');
    throw error;
  }
}

/** What the record `byteorder` says; files from before 2.1 have none and were written on small-endian machines. */
async function isBigEndian(source: ByteSource, record: ZipRecord | undefined): Promise<boolean> {
  if (!record) return false;
  const order = new TextDecoder().decode(
    await source.read(await recordStart(record, source), Math.min(record.size, 16)),
  );
  if (order !== 'little' && order !== 'big') throw damaged(source.name, `its byte order is ${JSON.stringify(order)}`);
  return order === 'big';
}
