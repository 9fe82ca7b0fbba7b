/** `netc tune FILE.net`: measures on this device in which way each kernel that matters runs fastest, for `--tuned` to use. */
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';

const BATCH = 64;

const options: OptionTable = {
  device: { value: 'NAME', choices: ['cpu', 'webgpu'], description: 'the device to measure (default: cpu)' },
  batch: { value: 'N', atLeast: 1, description: `measure batches of N samples (default: ${BATCH})` },
};

export const tuneCommand: Command = {
  name: 'tune',
  usage: 'netc tune FILE.net [--device NAME] [--batch N]',
  summary: 'measures how each kernel runs fastest on this device, for --tuned',
  details: [
    'The winners are kept in the cache folder (`NETC_CACHE`), for each device and version of netc. `netc FILE.net --tuned`,',
    '`netc train FILE.net --tuned` and `netc kernels FILE.net --tuned` use them; without --tuned nothing changes.',
    'Takes a minute; what else the machine does meanwhile makes it less certain.',
  ],
  options,
  async run(argv) {
    const given = readOptions('tune', options, argv);
    const file = sourceArgument('tune', given.positionals);
    const batch = given.number('batch') ?? BATCH;
    const kind = given.text('device') === 'webgpu' ? 'webgpu' : 'cpu';
    const [{ compileUnits }, { tuneUnits }] = await Promise.all([
      import('../compile-units.ts'),
      import('../tuning/tune.ts'),
    ]);
    const { diagnostics, units } = compileUnits(file);
    await showDiagnostics(diagnostics);
    if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
      await print(process.stderr, countLine(diagnostics));
      return 1;
    }
    await tuneUnits(units, file, { kind, batch });
    return 0;
  },
};
