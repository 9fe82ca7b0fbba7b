/**
 * `dataset` declarations: what a sample is, the classes' names, the files of each split. Nothing is read here.
 *
 * `train { image = idx("file.gz", sha256="…") }` names, for each field of the sample, the file that holds it.
 */
import type { DatasetDeclaration, DatasetEntry, Expression, Identifier } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import type { ModuleScope } from './modules.ts';
import { unknownCause } from './names.ts';
import type { Problem } from './report.ts';
import { Scope } from './scope.ts';
import { type Checker, fail, newFrame, newUnit, type Site } from './site.ts';
import { nearest } from './suggest.ts';
import type { DatasetSplit, TypedDataset } from './typed.ts';
import { checkPositive } from './types.ts';

type Entry<Kind extends DatasetEntry['kind']> = Extract<DatasetEntry, { kind: Kind }>;

const splitNames = ['train', 'test', 'validation'] as const;
const isSplit = (name: string): name is DatasetSplit['name'] => splitNames.some((split) => split === name);

/** Undefined where the sample is unknown; errors are reported. */
export function elaborateDataset(
  declaration: DatasetDeclaration,
  module: ModuleScope,
  checker: Checker,
): TypedDataset | undefined {
  const name = declaration.name.name;
  const frame = newFrame({ callee: name, kind: 'training', path: '' });
  const site: Site = { checker, scope: new Scope(), module, frame, unit: newUnit(false), leads: [] };
  const samples = declaration.entries.filter((entry) => entry.kind === 'sample');
  const sample = samples.flatMap((entry) => sampleFields(entry, site));
  const fieldNames = samples.flatMap((entry) => entry.fields.map((field) => field.name.name));
  if (samples.length !== 1) {
    fail(site, {
      code: samples.length === 0 ? 'E0503' : 'E0504',
      message: `${name} must say once what a sample is`,
      span: declaration.name.span,
      help: ['as in `sample { image: u8[1, 28, 28], label: class(10) }`'],
    });
    return undefined;
  }
  const lists = { classes: [] as string[], urls: [] as string[] };
  const splits: DatasetSplit[] = [];
  for (const entry of declaration.entries) {
    if (entry.kind === 'setting') {
      if (entry.name.name === 'classes') lists.classes = strings(entry, site);
      else if (entry.name.name === 'urls') lists.urls = urls(entry, site);
      else unknownSetting(entry.name, ['classes', 'urls'], `the data set ${name}`, site);
    } else if (entry.kind === 'group') {
      if (isSplit(entry.name.name)) splits.push({ name: entry.name.name, files: files(entry, fieldNames, site) });
      else unknownSetting(entry.name, splitNames, `the data set ${name}`, site);
    }
  }
  checkClasses(declaration, lists.classes, sample, site);
  if (sample.length < fieldNames.length) return undefined;
  return { name, doc: declaration.doc, span: declaration.name.span, sample, ...lists, splits };
}

/** E0502, also used by `train`. Returns the setting that was probably meant. */
export function unknownSetting(
  { name, span }: Identifier,
  known: readonly string[],
  what: string,
  site: Site,
): string | undefined {
  const near = nearest(name, known);
  fail(site, {
    code: 'E0502',
    message: `${what} has no setting ${name}`,
    span,
    label: near ? `did you mean ${near}?` : 'unknown',
    help: [`the settings are ${known.join(', ')}`],
    fixes: near ? [{ title: `Change to ${near}`, edits: [{ span, text: near }] }] : [],
  });
  return near;
}

interface Field {
  readonly name: string;
  readonly type: TensorType;
}

function sampleFields(entry: Entry<'sample'>, site: Site): Field[] {
  return entry.fields.flatMap(({ name, type }) => {
    const tensor = site.checker.evaluateType(type, site);
    if (!tensor || !checkPositive(tensor, name.name, type.span, site)) return [];
    return [{ name: name.name, type: tensor }];
  });
}

const wrongValue = (name: string, expected: string, span: Span, help: string): Problem => ({
  code: 'E0504',
  message: `${name} must be ${expected}`,
  span,
  help: [help],
});

function strings(entry: Entry<'setting'>, site: Site): string[] {
  const { value, name } = entry;
  const items = value.kind === 'list' ? value.items : [];
  const texts = items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  if (value.kind !== 'list' || texts.length !== items.length) {
    if (value.kind !== 'missing')
      fail(site, wrongValue(name.name, 'a list of strings', value.span, 'as in ["a", "b"]'));
    return [];
  }
  return texts;
}

function urls(entry: Entry<'setting'>, site: Site): string[] {
  const given = strings(entry, site);
  const wrong = given.find((url) => !/^https?:\/\/\S+$/.test(url));
  if (wrong === undefined) return given;
  const help = 'a file is fetched from each address in turn, with its name added: "https://example.org/data/"';
  fail(site, wrongValue('urls', 'a list of http(s) addresses', entry.value.span, help));
  return [];
}

function files(group: Entry<'group'>, known: readonly string[], site: Site): DatasetSplit['files'] {
  const misspelt: string[] = [];
  const found = group.entries.flatMap((entry) => {
    if (entry.kind !== 'setting') {
      fail(
        site,
        wrongValue(group.name.name, 'a list of files by field', entry.span, 'as in `image = idx("images.gz")`'),
      );
      return [];
    }
    const { name } = entry;
    if (!known.includes(name.name)) {
      const near = nearest(name.name, known);
      if (near) misspelt.push(near);
      fail(site, {
        code: 'E0507',
        message: `the sample has no field ${name.name}`,
        // As where a training uses a field of that name: the sample's is misspelt, or they all are.
        cause: unknownCause(name.name, name.span),
        span: name.span,
        label: near ? `did you mean ${near}?` : 'unknown field',
        help: [`its fields are ${known.join(', ')}`],
        fixes: near ? [{ title: `Change to ${near}`, edits: [{ span: name.span, text: near }] }] : [],
      });
      return [];
    }
    const file = idxFile(entry.value, site);
    return file ? [{ field: name.name, ...file }] : [];
  });
  const given = group.entries.flatMap((entry) => (entry.kind === 'setting' ? [entry.name.name] : []));
  const missing = known.find((name) => !given.includes(name) && !misspelt.includes(name));
  if (missing) {
    fail(site, {
      code: 'E0507',
      message: `the split ${group.name.name} has no file for ${missing}`,
      span: group.name.span,
      help: [`add \`${missing} = idx("…")\``],
    });
  }
  return found;
}

/** `idx("name", sha256="…")` */
function idxFile(value: Expression, site: Site): { readonly file: string; readonly sha256?: string } | undefined {
  if (value.kind === 'missing') return undefined;
  const call = value.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'idx' ? value : undefined;
  const [file, ...rest] = call?.arguments ?? [];
  const [hash] = rest;
  const named =
    rest.length === 0 || (rest.length === 1 && hash?.name?.name === 'sha256' && hash.value.kind === 'string');
  if (!call || !file || file.name || file.value.kind !== 'string' || !named) {
    const help = 'as in idx("train-images-idx3-ubyte.gz", sha256="…"); the hash may be left out';
    fail(site, wrongValue('a file', 'idx(…) with its name', value.span, help));
    return undefined;
  }
  const sha256 = hash?.value.kind === 'string' ? hash.value.value.toLowerCase() : undefined;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    fail(site, wrongValue('sha256', '64 hexadecimal digits', hash.value.span, 'as `sha256sum FILE` prints it'));
  }
  if (!/^[^/\\]+$/.test(file.value.value) || /^\.+$/.test(file.value.value)) {
    fail(site, wrongValue('a file', 'a name without folders', file.value.span, 'the folder is chosen with --data'));
  }
  return sha256 === undefined ? { file: file.value.value } : { file: file.value.value, sha256 };
}

function checkClasses(
  declaration: DatasetDeclaration,
  classes: readonly string[],
  sample: readonly Field[],
  site: Site,
): void {
  const label = sample.find((field) => field.type.classes);
  const count = label?.type.classes && dim.constant(label.type.classes);
  if (classes.length === 0 || count === classes.length) return;
  const setting = declaration.entries.find((entry) => entry.kind === 'setting' && entry.name.name === 'classes');
  fail(site, {
    code: 'E0507',
    message: label
      ? `${label.name} has ${count} classes, and ${classes.length} names are given`
      : 'classes are named, but no field of the sample is a class',
    span: setting?.span ?? declaration.name.span,
    help: [label ? 'give each class one name' : 'as in `label: class(10)`'],
  });
}
