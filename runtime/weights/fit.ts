/**
 * Compares a file's tensors with what a model has: every parameter must be there with its shape, and nothing else. All that
 * does not fit is found at once, by name. Reads no tensor.
 */
import { UserError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { showShape } from '../tensor.ts';
import { isFloat, showDtype } from './dtype.ts';
import type { StoredTensor } from './weights-file.ts';

/** Messages list this many tensors of a kind, and the number of the rest. */
const shown = 8;

/** What a model wants of a parameter. */
export interface Wanted {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Fit {
  /** The tensors that are parameters, under the parameters' names. */
  readonly fitting: ReadonlyMap<string, StoredTensor>;
  /** `near`: a surplus tensor that may be meant. */
  readonly missing: readonly (Wanted & { readonly near?: string })[];
  readonly misshaped: readonly (Wanted & { readonly found: StoredTensor })[];
  /** Under their names in the model's eyes, without the prefix. */
  readonly surplus: readonly StoredTensor[];
  /** Tensors at or below what `except` names: parameters that keep their own first values. */
  readonly excepted: readonly StoredTensor[];
  /** How many batches PyTorch's batch normalization has seen: nothing depends on it. */
  readonly counters: readonly StoredTensor[];
  /** What every name of the file begins with and no parameter's does (`module.`, of `DataParallel`). Left out everywhere else. */
  readonly prefix: string;
}

/** `except`: layers, or parameters, that the file is not asked for, whatever it has of them. */
export function compare(
  stored: readonly StoredTensor[],
  parameters: readonly Wanted[],
  except: readonly string[] = [],
): Fit {
  const asked = ({ name }: Wanted): boolean => !except.some((layer) => name === layer || name.startsWith(`${layer}.`));
  const wanted = new Map(parameters.filter(asked).map((parameter) => [parameter.name, parameter]));
  const prefix = commonPrefix(stored, parameters);
  const tensors = stored.map((tensor) => ({ tensor, view: { ...tensor, name: tensor.name.slice(prefix.length) } }));
  const fitting = new Map<string, StoredTensor>();
  const misshaped: (Wanted & { found: StoredTensor })[] = [];
  const rest: StoredTensor[] = [];
  for (const { tensor, view } of tensors) {
    const parameter = wanted.get(view.name);
    if (!parameter) rest.push(view);
    else if (isFloat(view.dtype) && view.shape.join() === parameter.shape.join()) fitting.set(view.name, tensor);
    else misshaped.push({ ...parameter, found: view });
  }
  const surplus = rest.filter((tensor) => asked(tensor) && !isCounter(tensor));
  const names = surplus.map(({ name }) => name);
  const missing = [...wanted.values()]
    .filter(({ name }) => !fitting.has(name) && !misshaped.some((other) => other.name === name))
    .map(({ name, shape }) => {
      const near = didYouMean(name, names);
      return { name, shape, ...(near === undefined ? {} : { near }) };
    });
  return {
    fitting,
    missing,
    misshaped,
    surplus,
    excepted: rest.filter((tensor) => !asked(tensor)),
    counters: rest.filter((tensor) => asked(tensor) && isCounter(tensor)),
    prefix,
  };
}

/** Whether all is there and nothing is left. */
export function fits({ missing, misshaped, surplus }: Fit): boolean {
  return missing.length + misshaped.length + surplus.length === 0;
}

/** A line for each tensor that does not fit, up to so many of a kind. */
export function problemsOf({ missing, misshaped, surplus }: Fit): readonly string[] {
  return [
    missing.map(({ name, shape, near }) => {
      const hint = near === undefined ? '' : `; did you mean the file's \`${near}\`?`;
      return `missing: ${name}, expected f32${showShape(shape)}${hint}`;
    }),
    misshaped.map(
      ({ name, shape, found }) =>
        `mis-shaped: ${name}, expected f32${showShape(shape)}, found ${showDtype(found.dtype)}${showShape(found.shape)}`,
    ),
    surplus.map(({ name, shape }) => `surplus: ${name} ${showShape(shape)} is not a parameter`),
  ].flatMap(abridge);
}

/** What to do about it. `model` is the class. */
export function remedyOf({ missing, misshaped, surplus }: Fit): string {
  const layers = [...new Set([...missing, ...misshaped].map(({ name }) => name.slice(0, name.lastIndexOf('.'))))];
  const few = surplus.length === 0 && layers.length <= 4 && layers.every((layer) => layer !== '');
  return (
    (few ? `Leave out what is to start anew, with \`except=[${layers.join(', ')}]\`; else give` : 'Give') +
    ' weights that were saved from this model, or change the model so that names and shapes agree'
  );
}

/** Throws `UserError` unless all fits. `source` names the file, `model` the class. */
export function refuseMisfit(fit: Fit, model: string, source: string): void {
  if (fits(fit)) return;
  const { fitting, missing, misshaped, surplus } = fit;
  throw new UserError(
    `${source} does not fit ${model}:\n${problemsOf(fit)
      .map((line) => `  ${line}`)
      .join('\n')}\n` +
      `${model} wants ${fitting.size + misshaped.length + missing.length} parameters, ` +
      `the file has ${fitting.size + misshaped.length + surplus.length} tensors. ${remedyOf(fit)}`,
  );
}

function abridge(lines: readonly string[]): string[] {
  if (lines.length <= shown) return [...lines];
  const kind = lines[0]?.split(':')[0] ?? '';
  return [...lines.slice(0, shown), `${kind}: ${lines.length - shown} more`];
}

function isCounter({ name, dtype, shape }: StoredTensor): boolean {
  return dtype === 'I64' && shape.length === 0 && /(^|\.)num_batches_tracked$/.test(name);
}

/** Wrappers of networks put a name before all others. It is left out only where that helps. */
function commonPrefix(tensors: readonly StoredTensor[], parameters: readonly Wanted[]): string {
  const names = tensors.map(({ name }) => name);
  const wanted = new Set(parameters.map(({ name }) => name));
  const parts = (names[0] ?? '').split('.').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const prefix = `${parts.slice(0, depth).join('.')}.`;
    if (!names.every((name) => name.startsWith(prefix))) return '';
    if ([...wanted].some((name) => name.startsWith(prefix))) return '';
    if (names.some((name) => wanted.has(name.slice(prefix.length)))) return prefix;
  }
  return '';
}
