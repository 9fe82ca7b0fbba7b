/** The names, arguments, settings and words that fit what is expected at a place. */
import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver';
import { lookup, type NamedDeclaration, visibleNames } from '../2-check/modules.ts';
import type { Definition } from '../2-check/observer.ts';
import { settingNames } from '../2-check/settings.ts';
import { textAt } from '../2-check/show.ts';
import { parsed } from '../front-end.ts';
import type { Expected, Place } from './place.ts';
import { signatureOf } from './signature.ts';
import { declarationWords, elementTypes, settingHelp, statementWords } from './vocabulary.ts';
import type { Checked, Workspace } from './workspace.ts';

export type Proposal = Pick<CompletionItem, 'label' | 'kind' | 'detail' | 'insertText'> & {
  /** Markdown. */
  readonly doc: string;
  /** Proposals of a lower rank stand first. */
  readonly rank: number;
};

type Kind = NamedDeclaration['kind'];

export function proposals(
  { expected, declaration }: Place,
  checked: Checked,
  workspace: Workspace,
  offset: number,
): readonly Proposal[] {
  const inAugment = declaration === 'augment';
  const stages: readonly Kind[] = inAugment ? ['augment', 'fn'] : ['layer', 'model', 'fn'];
  const values = (): readonly Proposal[] => [
    ...locals(checked, offset),
    ...named(checked, ['fn', 'const'], 3),
    ...words(['true', 'false', 'training'], 4),
  ];
  switch (expected.kind) {
    case 'nothing':
      return [];
    case 'declaration':
      return words(declarationWords, 1);
    case 'stage':
      return named(checked, expected.layersOnly ? ['layer', 'model'] : stages, 1);
    case 'import-name':
      return exported(expected.path, checked, workspace);
    case 'import-path':
      return sources(checked);
    case 'argument':
      return [...parameters(expected, checked), ...values()];
    case 'value':
      return values();
    case 'statement':
      return [...words(statementWords(declaration), 2), ...values()];
    case 'type':
      return words(elementTypes, 1);
    case 'setting':
      return settingNames
        .filter((name) => !expected.given.includes(name))
        .map((name) => plain(name, CompletionItemKind.Property, settingHelp[name], 1, `${name} = `));
    case 'setting-value':
      return settingValues(expected.setting, checked, values, offset);
    case 'train-model':
      return named(checked, ['model'], 1);
    case 'train-dataset':
      return named(checked, ['dataset'], 1);
    case 'dataset-entry':
      return [...words(['sample', 'classes', 'urls', 'train', 'test', 'validation'], 1), ...ownFields(checked, offset)];
  }
}

const plain = (
  label: string,
  kind: CompletionItemKind,
  detail: string,
  rank: number,
  insertText = label,
): Proposal => ({ label, kind, detail, insertText, doc: '', rank });

const words = (list: readonly string[], rank: number): readonly Proposal[] =>
  list.map((word) => plain(word, CompletionItemKind.Keyword, '', rank));

const kinds: Readonly<Record<Kind, CompletionItemKind>> = {
  const: CompletionItemKind.Constant,
  fn: CompletionItemKind.Function,
  layer: CompletionItemKind.Class,
  model: CompletionItemKind.Class,
  augment: CompletionItemKind.Class,
  optimizer: CompletionItemKind.Class,
  dataset: CompletionItemKind.Struct,
};

function ofDeclaration(declaration: NamedDeclaration, rank: number): Proposal {
  const detail = signatureOf(declaration).label;
  return { ...plain(declaration.name.name, kinds[declaration.kind], detail, rank), doc: declaration.doc };
}

/** What is at the top of this file and of those that it knows: its own first, the library's last. */
function named(
  { scope }: Checked,
  wanted: readonly Kind[],
  rank: number,
  fits: (declaration: NamedDeclaration) => boolean = () => true,
): readonly Proposal[] {
  return [...new Set(visibleNames(scope))].flatMap((name): Proposal[] => {
    const [declaration] = lookup(scope, name)?.declarations ?? [];
    if (!declaration || !wanted.includes(declaration.kind) || !fits(declaration)) return [];
    const order = wanted.indexOf(declaration.kind) + (scope.names.has(name) ? 0 : wanted.length);
    return [ofDeclaration(declaration, rank * 10 + order)];
  });
}

/** A function of the step and of the number of steps. */
const isSchedule = (declaration: NamedDeclaration): boolean =>
  declaration.kind === 'fn' && declaration.parameters[0]?.name.name === 'step';

function locals({ knowledge, file }: Checked, offset: number): readonly Proposal[] {
  return knowledge
    .visibleAt(file, offset)
    .map((each) => plain(each.name, CompletionItemKind.Variable, wordOf(each), 20));
}

const wordOf = ({ kind }: Definition): string => (kind === 'declaration' ? '' : kind);

/** `kernel=`, with the default as it is written. */
function parameters(expected: Extract<Expected, { kind: 'argument' }>, { scope }: Checked): readonly Proposal[] {
  const seen = new Set(expected.given);
  return (lookup(scope, expected.callee)?.declarations ?? []).flatMap((declaration): Proposal[] => {
    if (declaration.kind === 'const' || declaration.kind === 'dataset') return [];
    const own = declaration.kind === 'fn' ? declaration.parameters : declaration.config;
    return own.flatMap((parameter, i): Proposal[] => {
      const { name } = parameter.name;
      const byPipe = expected.piped && declaration.kind === 'fn' && i === 0;
      if (seen.has(name) || byPipe) return [];
      seen.add(name);
      const detail = textAt(parameter.span).replace(/\s+/g, ' ');
      const label = `${name}=`;
      return [{ ...plain(label, CompletionItemKind.Field, detail, 10), doc: '' }];
    });
  });
}

function settingValues(
  setting: string,
  checked: Checked,
  values: () => readonly Proposal[],
  offset: number,
): readonly Proposal[] {
  switch (setting) {
    case 'optimizer':
      return named(checked, ['optimizer'], 1);
    case 'augment':
      return named(checked, ['augment'], 1);
    case 'schedule':
      return named(checked, ['fn'], 1, isSchedule);
    case 'shuffle':
      return words(['true', 'false'], 1);
    case 'validate':
      return words(['train', 'test', 'validation'], 1);
    case 'freeze':
      return layerPaths(checked, offset).map((path) => plain(path, CompletionItemKind.EnumMember, 'layer', 1));
    case 'weights':
      return [plain('pretrained', CompletionItemKind.Function, 'pretrained("file", except=[…])', 1)];
    default:
      return values();
  }
}

/** The layers of the model that the training at a place trains. */
function layerPaths({ module, program }: Checked, offset: number): readonly string[] {
  const training = module.declarations.find(
    ({ kind, span }) => kind === 'train' && span.start <= offset && offset <= span.end,
  );
  const name = training?.kind === 'train' ? (training.name ?? training.model).name : undefined;
  const model = program.models.find((each) => each.name === name) ?? program.models[0];
  const paths = (model?.parameters ?? []).map(({ path }) => path.split('.').slice(0, -1).join('.'));
  return [...new Set(paths.flatMap((path) => (path === '' ? [] : [path.split('.')[0], path])))];
}

/** What a file declares that an import may name; of all files near by where it is not known which. */
function exported(path: string | undefined, checked: Checked, { files }: Workspace): readonly Proposal[] {
  const paths = path === undefined ? sourcePaths(checked) : [path];
  return paths.flatMap((each) => {
    const file = files.readImport(each, checked.file);
    const declarations = file ? parsed(file).module.declarations : [];
    return declarations.flatMap((one) =>
      one.kind === 'import' || one.kind === 'train' ? [] : [{ ...ofDeclaration(one, 1), detail: each }],
    );
  });
}

const sources = (checked: Checked): readonly Proposal[] =>
  sourcePaths(checked).map((path) => plain(path, CompletionItemKind.File, '', 1));

/** The `.net` files beside a file. */
function sourcePaths({ file }: Checked): readonly string[] {
  try {
    const names = readdirSync(posix.dirname(file.path)).filter((name) => name.endsWith('.net'));
    return names.filter((name) => name !== posix.basename(file.path)).map((name) => `./${name}`);
  } catch {
    return [];
  }
}

/** The sample's fields, each of which a split names a file for. */
function ownFields({ module }: Checked, offset: number): readonly Proposal[] {
  const dataset = module.declarations.find(({ span }) => span.start <= offset && offset <= span.end);
  if (dataset?.kind !== 'dataset') return [];
  return dataset.entries.flatMap((entry) =>
    entry.kind === 'sample'
      ? entry.fields.map(({ name, type }) =>
          plain(name.name, CompletionItemKind.Field, textAt(type.span), 2, `${name.name} = idx("`),
        )
      : [],
  );
}
