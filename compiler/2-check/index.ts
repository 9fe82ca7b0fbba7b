/**
 * The checker: syntax trees in, typed programs and diagnostics out. No I/O and no exception for what a user wrote:
 * imported files come from the host, and every problem is a diagnostic.
 */
import type { SourceModule } from '../1-parse/ast.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { arrange } from '../diagnostics/order.ts';
import { warnCancelledBias } from './cancelled-bias.ts';
import { elaborateDataset } from './dataset.ts';
import { warnDroppedRows } from './dropped-rows.ts';
import { type CheckOptions, createChecker } from './elaborator.ts';
import { withinStack } from './limits.ts';
import { elaborateModel } from './model.ts';
import { loadModules, lookup, type ModuleHost, type ModuleScope, reportTwice } from './modules.ts';
import { warnRandomInference } from './random-inference.ts';
import { Reporter } from './report.ts';
import { resolveModule } from './resolve.ts';
import { warnShadowing } from './shadowing.ts';
import type { Checker } from './site.ts';
import { type Datasets, elaborateTraining } from './training.ts';
import { tryUnused } from './trials.ts';
import type { TypedDataset, TypedModel, TypedProgram, TypedTraining } from './typed.ts';
import { warnTraining } from './warnings.ts';

export type { ModuleHost } from './modules.ts';

/**
 * Checks a file and everything it imports. The diagnostics stand in source order, silenced warnings left out; the
 * program is complete only where none of them is an error.
 */
export function check(
  entry: SourceModule,
  host: ModuleHost,
  options: CheckOptions = {},
): {
  readonly program: TypedProgram;
  readonly diagnostics: Diagnostic[];
  /** The names that the file can use. */
  readonly scope: ModuleScope;
} {
  const { observer } = options;
  const reporter = new Reporter();
  const modules = loadModules(entry, host, reporter);
  for (const module of modules.user) {
    resolveModule(module, reporter, observer);
    warnShadowing(module, reporter);
  }
  for (const module of observer?.library ? modules.library : []) resolveModule(module, new Reporter(), observer);
  const checker = createChecker(modules.library, reporter, options);
  const program = elaborate(modules.entry, checker);
  return { program, diagnostics: arrange(reporter.diagnostics), scope: modules.entry };
}

function elaborate(entry: ModuleScope, checker: Checker): TypedProgram {
  const known = new Map<unknown, TypedDataset | undefined>();
  const datasets: Datasets = (name, module) => {
    const named = lookup(module, name);
    const declaration = named?.declarations[0];
    if (!named || declaration?.kind !== 'dataset') return undefined;
    if (!known.has(declaration)) known.set(declaration, elaborateDataset(declaration, named.module, checker));
    return known.get(declaration);
  };
  const { declarations } = entry.source;
  for (const declaration of declarations) if (declaration.kind === 'dataset') datasets(declaration.name.name, entry);
  const trainings = elaborateTrainings(entry, datasets, checker);
  const models = elaborateModels(entry, trainings, checker);
  tryUnused(entry, checker);
  for (const model of checker.reporter.failed ? [] : models) {
    warnRandomInference(model, checker);
    warnCancelledBias(model, checker);
    warnDroppedRows(model, checker);
  }
  return { models, datasets: [...known.values()].filter((dataset) => dataset !== undefined), trainings };
}

function elaborateTrainings(entry: ModuleScope, datasets: Datasets, checker: Checker): TypedTraining[] {
  const trainings: TypedTraining[] = [];
  const names = new Map<string, NonNullable<Parameters<typeof reportTwice>[2]>>();
  for (const declaration of entry.source.declarations) {
    if (declaration.kind !== 'train') continue;
    const { name, span } = declaration.name ?? declaration.model;
    const other = declaration.name && lookup(entry, name)?.declarations[0]?.name.span;
    const before = names.get(name) ?? other;
    if (before) reportTwice(name, span, before, checker.reporter);
    names.set(name, span);
    const elaborated = withinStack(span, checker.reporter, () =>
      elaborateTraining(declaration, entry, datasets, checker),
    );
    if (!elaborated) continue;
    trainings.push(elaborated.training);
    if (!checker.reporter.failed) warnTraining(elaborated, checker);
  }
  return trainings;
}

/** The trainings' models, and every other model of the file that needs no configuration. */
function elaborateModels(entry: ModuleScope, trainings: readonly TypedTraining[], checker: Checker): TypedModel[] {
  const trained = new Map(trainings.map((training) => [training.name, training.model]));
  const own = entry.source.declarations.flatMap((declaration) => {
    if (declaration.kind !== 'model' || trained.has(declaration.name.name)) return [];
    if (declaration.config.some((parameter) => !parameter.default)) return [];
    const use = { declaration, module: entry, name: declaration.name.name, given: new Map(), training: false };
    return withinStack(declaration.name.span, checker.reporter, () => elaborateModel(use, checker))?.model ?? [];
  });
  return [...own, ...trained.values()];
}
