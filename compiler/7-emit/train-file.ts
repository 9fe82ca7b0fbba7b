/**
 * `generated/<file>.train.ts`: the training loop, written so that a person reads it at one sitting and changes it. The
 * hand-written original is `test/train/example.train.ts`; this fills in names and settings.
 */
import { type SourceFileStructure, type StatementStructures, StructureKind } from 'ts-morph';
import type { TypedTraining } from '../2-check/typed.ts';
import { commentText, literal, Verbatim } from './literal.ts';
import { snakeCase, trainingName } from './names.ts';
import { constant, importStatement } from './statements.ts';

const RUNTIME = [
  'evaluate',
  'Learner',
  'Loader',
  'openData',
  'openDevice',
  'runIfMain',
  'runTrainer',
  'type TrainingResult',
  'TrainingRun',
  'type TrainOptions',
];

/**
 * The training loop of one `train` declaration; `module` is the file with the class (`./fashion_cnn.ts`), `folder` where the
 * declaration's file lies.
 */
export function trainFile(training: TypedTraining, module: string, folder?: string): SourceFileStructure {
  const spec = trainingName(training.name);
  return {
    kind: StructureKind.SourceFile,
    statements: [
      importStatement(RUNTIME, 'netc/runtime') + importStatement([training.name, spec], module),
      `\n${defaults(training, folder)}`,
      trainFunction(training, spec),
      {
        kind: StructureKind.Function,
        isExported: true,
        docs: ['Trains as the command line says; returns the exit status.'],
        name: 'main',
        parameters: [{ name: 'argv', type: 'readonly string[]' }],
        returnType: 'Promise<number>',
        statements: ['return runTrainer(argv, defaults, train);'],
      },
      'runIfMain(import.meta.url, main);',
    ],
  };
}

function defaults(training: TypedTraining, folder: string | undefined): string {
  const settings = {
    epochs: training.epochs,
    batch: training.batch,
    shuffle: training.shuffle,
    seed: training.seed,
    limit: training.limit,
    validateEvery: training.validateEvery,
    weights: training.weights?.file,
    weightsFolder:
      training.weights && folder !== undefined ? { folder, module: new Verbatim('import.meta.url') } : undefined,
    except: training.weights?.except.length ? training.weights.except : undefined,
    device: 'auto',
    out: `runs/${snakeCase(training.name)}`,
    resume: false,
    logEvery: 100,
  };
  const lines = Object.entries(settings).filter(([, value]) => value !== undefined);
  return constant({
    doc: 'The settings of the `train` declaration. The command line changes them: `--epochs 1`.',
    name: 'defaults',
    satisfies: 'TrainOptions',
    value: `{\n${lines.map(([name, value]) => `  ${name}: ${literal(value)},\n`).join('')}}`,
    exported: true,
  });
}

function trainFunction(training: TypedTraining, spec: string): StatementStructures {
  const { name, optimizer } = training;
  return {
    kind: StructureKind.Function,
    isExported: true,
    isAsync: true,
    docs: [
      `${training.doc ? `${commentText(training.doc)}\n\n` : ''}Trains the network and returns its last figures. What \`changes\` leaves out is as in \`defaults\`. Weights, checkpoint\nand metrics go to the folder \`out\`.`,
    ],
    name: 'train',
    parameters: [{ name: 'changes', type: 'Partial<TrainOptions>', initializer: '{}' }],
    returnType: 'Promise<TrainingResult>',
    statements: `const options: TrainOptions = { ...defaults, ...changes };
const [device, data] = await Promise.all([
  openDevice(options.device, options),
  openData(${spec}, options),
]);
try {
  const model = await ${name}.create(device, options);
  const learner = new Learner(model, ${spec});
  const loader = new Loader(data.train, options);
  const run = await TrainingRun.start(learner, loader, options, device);

  for (const epoch of run.epochs()) {
    for (const batch of run.batches(epoch)) {
      learner.step(batch); // Forward, backward and ${optimizer.name}: one program on the device.
      await run.afterStep(); // Progress and metrics.jsonl; stops at NaN and at Ctrl-C.
    }
    if (run.stopped) break; // \`--steps\` ended the run within the epoch.
    const validation = run.validates
      ? await evaluate(model, ${spec}, data.validation, run.interrupt)
      : undefined;
    await run.afterEpoch(validation); // Metrics and checkpoint.
  }
  return await run.finish(); // Writes weights.safetensors.
} finally {
  await device.destroy();
}`,
  };
}
