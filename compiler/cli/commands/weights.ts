/** `netc weights FILE`: what a file of weights holds and whether it fits a network; `netc weights convert` rewrites it. */
import { CommandLineError } from '../../../runtime/train/options.ts';
import type { StoredTensor } from '../../../runtime/weights/weights-file.ts';
import type { Command } from '../command.ts';
import { type Options, type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';
import type { Comparison } from '../weights/listing.ts';

const options: OptionTable = {
  against: { value: 'FILE.net', description: 'say for each tensor whether it fits that network, and what is missing' },
  name: { value: 'NAME', description: 'the `train` or `model` declaration, where FILE.net has several' },
  dtype: { value: 'NAME', choices: ['f32'], description: 'convert: write f16, bf16 and f64 as f32 (default: kept)' },
  json: { description: 'print {"file","format","tensors","elements","bytes","against"}' },
};

export const weightsCommand: Command = {
  name: 'weights',
  usage: 'netc weights FILE [--against FILE.net] | convert FILE OUT.safetensors',
  summary: 'lists or converts the weights in a safetensors or PyTorch file',
  details: [
    'Reads .safetensors, and .pth and .pt as `torch.save` writes them, in its present format and the one before; of them only',
    'the header. Nothing in a file is ever run: a pickle that asks for more than tensors is refused.',
    '`--against` judges as training does, with the `except` of `weights = pretrained(…)`; exit status 1 where it does not fit.',
  ],
  options,
  async run(argv) {
    const given = readOptions('weights', options, argv);
    return given.positionals[0] === 'convert' ? await convert(given) : await show(given);
  },
};

async function show(given: Options): Promise<number> {
  const [path, second] = given.positionals;
  if (path === undefined) {
    throw new CommandLineError('`netc weights` needs a file: `netc weights runs/fashion_cnn/weights.safetensors`');
  }
  if (second !== undefined) {
    throw new CommandLineError(`\`netc weights\` takes one file, but was also given \`${second}\``);
  }
  if (given.has('dtype')) throw new CommandLineError('`--dtype` goes with `netc weights convert`');
  const program = given.text('against');
  if (program !== undefined && !program.endsWith('.net')) {
    throw new CommandLineError(`\`--against\` takes a .net file, not \`${program}\``);
  }
  if (program === undefined && given.has('name')) throw new CommandLineError('`--name` goes with `--against FILE.net`');
  const [{ fileSource }, { fits }, { modelTensors, openWeights }, { weightsData, weightsTable }] = await Promise.all([
    import('../../../runtime/weights/byte-source.ts'),
    import('../../../runtime/weights/fit.ts'),
    import('../../../runtime/weights/weights-file.ts'),
    import('../weights/listing.ts'),
  ]);
  const source = await fileSource(path);
  try {
    const file = await openWeights(source);
    let against: Comparison | undefined;
    if (program !== undefined) {
      against = await compareWith(program, given, modelTensors(file));
      if (!against) return 1;
    }
    const json = given.has('json') ? JSON.stringify(weightsData(path, file, against), null, 2) : undefined;
    await print(process.stdout, json ?? weightsTable(path, file, against));
    return !against || fits(against.fit) ? 0 : 1;
  } finally {
    await source.close();
  }
}

/** Undefined when the `.net` file has errors; they have been printed. */
async function compareWith(
  file: string,
  given: Options,
  tensors: readonly StoredTensor[],
): Promise<Comparison | undefined> {
  const [{ analyze }, { compare }, { wantedWeights }] = await Promise.all([
    import('../analyze.ts'),
    import('../../../runtime/weights/fit.ts'),
    import('../weights/wanted.ts'),
  ]);
  const { program, diagnostics } = analyze(file);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  await showDiagnostics(given.has('json') ? errors : diagnostics);
  if (errors.length > 0) {
    await print(process.stderr, countLine(diagnostics));
    return undefined;
  }
  const { name, parameters, except } = wantedWeights(program, file, given.text('name'));
  return { file, name, fit: compare(tensors, parameters, except) };
}

async function convert(given: Options): Promise<number> {
  const [, from, to, more] = given.positionals;
  if (from === undefined || to === undefined || more !== undefined) {
    throw new CommandLineError(
      '`netc weights convert` takes two files: `netc weights convert model.pth model.safetensors`',
    );
  }
  if (!to.endsWith('.safetensors')) {
    throw new CommandLineError(`\`netc weights convert\` writes .safetensors files, not \`${to}\``);
  }
  for (const only of ['against', 'name', 'json']) {
    if (given.has(only))
      throw new CommandLineError(`\`--${only}\` goes with \`netc weights FILE\`, not with \`convert\``);
  }
  const { convertWeights } = await import('../weights/convert.ts');
  await print(process.stdout, await convertWeights(from, to, given.has('dtype')));
  return 0;
}
