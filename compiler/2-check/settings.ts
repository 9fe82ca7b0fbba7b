/** The settings of a `train` declaration that are plain values: numbers, truth values, the name of a split. */
import type { Expression, Identifier, TrainDeclaration } from '../1-parse/ast.ts';
import { unknownSetting } from './dataset.ts';
import { notYet } from './expressions.ts';
import { textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import type { DatasetSplit, TypedDataset, TypedTraining } from './typed.ts';
import { asNumber } from './values.ts';

export interface Setting {
  readonly name: Identifier;
  readonly value: Expression;
}

const compiled = [
  'input',
  'augment',
  'loss',
  'metrics',
  'optimizer',
  'schedule',
  'clip',
  'lr_scale',
  'freeze',
  'weights',
] as const;
const plain = ['batch', 'epochs', 'shuffle', 'seed', 'limit', 'validate', 'validate_every'] as const;
/** Those that can be compiled. */
export type SettingName = (typeof compiled)[number] | (typeof plain)[number];
export const settingNames: readonly SettingName[] = [...compiled, ...plain];
/** Part of the language, not compiled yet. */
const later = ['precision'];

export interface Settings {
  readonly known: ReadonlyMap<string, Setting>;
  /** Whether an unknown setting may be this one, misspelt. */
  mayBe(name: string): boolean;
}

/** The settings by name; unknown and repeated ones are reported. */
export function collectSettings(declaration: TrainDeclaration, site: Site): Settings {
  const settings = new Map<string, Setting>();
  const meant: (string | undefined)[] = [];
  for (const { name, value } of declaration.settings) {
    const before = settings.get(name.name);
    if (later.includes(name.name)) {
      notYet(`the setting ${name.name}`, { kind: 'missing', span: name.span }, site);
    } else if (!settingNames.some((known) => known === name.name)) {
      meant.push(unknownSetting(name, [...compiled, ...plain, ...later], 'a training', site));
    } else if (before) {
      fail(site, {
        code: 'E0202',
        message: `${name.name} is set twice`,
        span: name.span,
        label: 'a second time here',
        notes: [{ span: before.name.span, message: 'first here' }],
        help: ['remove one of the two'],
      });
    } else settings.set(name.name, { name, value });
  }
  return { known: settings, mayBe: (name) => meant.some((near) => near === undefined || near === name) };
}

type Plain = Pick<TypedTraining, 'batch' | 'epochs' | 'shuffle' | 'seed' | 'limit' | 'validate' | 'validateEvery'>;

export function plainSettings(settings: ReadonlyMap<string, Setting>, dataset: TypedDataset, site: Site): Plain {
  const integer = (name: string, least: number): number | undefined => {
    const setting = settings.get(name);
    if (!setting) return undefined;
    const value = site.checker.evaluate(setting.value, site);
    const number = value.kind === 'int' ? asNumber(value) : undefined;
    if (number !== undefined && number >= least && number <= 0xffff_ffff) return number;
    const range = least === 0 ? 'an integer that is not negative' : `an integer of at least ${least}`;
    if (value.kind !== 'poison') wrong(setting, `${range}`, `for example ${name} = 64`, site);
    return undefined;
  };
  const limit = integer('limit', 1);
  return {
    batch: integer('batch', 1) ?? 64,
    epochs: integer('epochs', 1) ?? 1,
    seed: integer('seed', 0) ?? 0,
    shuffle: truth('shuffle', true, settings, site),
    ...(limit === undefined ? {} : { limit }),
    validate: split(settings.get('validate'), dataset, site),
    validateEvery: integer('validate_every', 1) ?? 1,
  };
}

/** A number above 0 that is known at compile time. */
export function positive(setting: Setting | undefined, site: Site): number | undefined {
  if (!setting) return undefined;
  const value = site.checker.evaluate(setting.value, site);
  const number = asNumber(value);
  if (number !== undefined && number > 0) return number;
  if (value.kind !== 'poison') wrong(setting, 'a number above 0', `for example ${setting.name.name} = 1.0`, site);
  return undefined;
}

function wrong(setting: Setting, expected: string, help: string, site: Site): void {
  const { name, value } = setting;
  fail(site, {
    code: 'E0504',
    message: `${name.name} must be ${expected}, not ${textAt(value.span)}`,
    span: value.span,
    help: [help],
  });
}

function truth(name: string, otherwise: boolean, settings: ReadonlyMap<string, Setting>, site: Site): boolean {
  const setting = settings.get(name);
  if (!setting) return otherwise;
  const value = site.checker.evaluate(setting.value, site);
  if (value.kind === 'bool') return value.value;
  if (value.kind !== 'poison') wrong(setting, 'true or false', `as in ${name} = true`, site);
  return otherwise;
}

/** `validate = test`: a split that the data set has. By default the validation split, else the test split. */
function split(setting: Setting | undefined, dataset: TypedDataset, site: Site): DatasetSplit['name'] {
  const names = dataset.splits.map(({ name }) => name);
  const given = setting?.value.kind === 'name' ? setting.value.name : undefined;
  const found = names.find((name) => name === given);
  if (found) return found;
  if (setting && setting.value.kind !== 'missing') {
    wrong(setting, 'a split of the data set', `${dataset.name} has ${names.join(', ') || 'no splits'}`, site);
  }
  return names.find((name) => name === 'validation') ?? names.find((name) => name === 'test') ?? 'train';
}
