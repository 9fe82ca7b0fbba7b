/** The tensors of a file of weights, alone or beside what a network wants: as a table, and as data for JSON. */
import { elementCount, showShape } from '../../../runtime/tensor.ts';
import { showDtype } from '../../../runtime/weights/dtype.ts';
import { type Fit, fits, remedyOf } from '../../../runtime/weights/fit.ts';
import { byteCount, modelTensors, type StoredTensor, type WeightsFile } from '../../../runtime/weights/weights-file.ts';
import { bytes, count, list, ruled } from '../table.ts';

/** A file compared with a network of a `.net` file. */
export interface Comparison {
  readonly file: string;
  readonly name: string;
  readonly fit: Fit;
}

export function weightsTable(path: string, file: WeightsFile, against?: Comparison): string {
  const tensors = modelTensors(file);
  const verdict = against ? verdicts(against.fit) : undefined;
  const rows = tensors.map((tensor) => [
    tensor.name,
    showDtype(tensor.dtype),
    showShape(tensor.shape),
    verdict ? verdict(tensor) : count(elementCount(tensor.shape)),
  ]);
  const missing = (against?.fit.missing ?? []).map(({ name, shape, near }) => [
    name,
    '',
    showShape(shape),
    `missing${near === undefined ? '' : `; is it ${near}?`}`,
  ]);
  const elements = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const total = [
    'total',
    '',
    `${count(tensors.length)} ${tensors.length === 1 ? 'tensor' : 'tensors'}`,
    verdict ? '' : count(elements),
  ];
  const head = ['tensor', 'type', 'shape', against ? `for ${against.name}` : 'elements'];
  const found = file.found === undefined ? '' : `, ${file.found}`;
  const slots = file.tensors.length - tensors.length;
  return [
    `${path}: ${file.format}, ${bytes(tensors.reduce((sum, tensor) => sum + byteCount(tensor), 0))}${found}`,
    ...(slots > 0 ? [`a training's checkpoint; ${slots} more tensors are its optimizer's`] : []),
    ...ruled([head, ...rows, ...missing, total], verdict ? 4 : 3),
    ...(against ? [conclusion(against)] : []),
  ].join('\n');
}

/** What becomes of each tensor of the file. */
function verdicts({ fitting, misshaped, surplus, excepted, prefix }: Fit): (tensor: StoredTensor) => string {
  const fit = new Set([...fitting.values()].map(({ name }) => name));
  const wrong = new Map(misshaped.map(({ found, shape }) => [found.name, `mis-shaped: wants f32${showShape(shape)}`]));
  const unknown = new Set(surplus.map(({ name }) => name));
  const left = new Set(excepted.map(({ name }) => name));
  return ({ name }) => {
    const short = name.slice(prefix.length);
    if (fit.has(name)) return 'fits';
    if (unknown.has(short)) return 'surplus: no such parameter';
    return wrong.get(short) ?? (left.has(short) ? 'left out, by `except`' : 'ignored: a counter');
  };
}

function conclusion({ file, name, fit }: Comparison): string {
  const { fitting, missing, misshaped, surplus, excepted, prefix } = fit;
  const parts = [
    `${count(fitting.size)} fit`,
    ...(excepted.length > 0 ? [`${count(excepted.length)} left out`] : []),
    ...(missing.length > 0 ? [`${count(missing.length)} missing`] : []),
    ...(misshaped.length > 0 ? [`${count(misshaped.length)} mis-shaped`] : []),
    ...(surplus.length > 0 ? [`${count(surplus.length)} surplus`] : []),
  ];
  const wrapped = prefix === '' ? [] : [`Every name in the file begins with \`${prefix}\`, which is left out.`];
  const answer = fits(fit) ? 'The file can be used for it.' : `The file does not fit. ${remedyOf(fit)}.`;
  return [`${name} of ${file}: ${list(parts)}.`, ...wrapped, answer].join('\n');
}

/** The same for programs. */
export function weightsData(path: string, file: WeightsFile, against?: Comparison) {
  const tensors = modelTensors(file);
  const describe = ({ name, dtype, shape }: StoredTensor) => ({ name, dtype: showDtype(dtype), shape });
  return {
    file: path,
    format: file.format,
    ...(file.found === undefined ? {} : { found: file.found }),
    tensors: tensors.map((tensor) => ({ ...describe(tensor), elements: elementCount(tensor.shape) })),
    elements: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    bytes: tensors.reduce((sum, tensor) => sum + byteCount(tensor), 0),
    ...(against ? { against: comparisonData(against) } : {}),
  };
}

function comparisonData({ file, name, fit }: Comparison) {
  const names = (tensors: readonly StoredTensor[]): string[] => tensors.map((tensor) => tensor.name);
  return {
    file,
    name,
    fits: fits(fit),
    fitting: [...fit.fitting.keys()],
    missing: fit.missing,
    misshaped: fit.misshaped.map(({ name, shape, found }) => ({
      name,
      shape,
      found: { dtype: showDtype(found.dtype), shape: found.shape },
    })),
    surplus: names(fit.surplus),
    excepted: names(fit.excepted),
    ignored: names(fit.counters),
    prefix: fit.prefix,
  };
}
