/** The files of the project that `netc init` begins. Writes nothing. */
import { dataFiles, starterProgram } from './program.ts';
import { classes, drawShapes, side } from './shapes.ts';

export interface ProjectFile {
  /** Below the project's folder, with `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

const samples = { train: 600, test: 100 } as const;

/**
 * `my-net` -> `MyNet`, `digits` -> `DigitsNet`: with `Net` in it a model's name is no other declaration's, of the library or
 * of the file, and no class's of TypeScript.
 */
export function modelNameOf(project: string): string {
  const name = project
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return /Net(?![a-z])|net$/.test(name) ? name : `${name}Net`;
}

/** All files but package.json, which depends on where the project lies. `install`: `npm install` comes first. */
export function projectFiles(project: string, install: boolean): readonly ProjectFile[] {
  const drawn = (['train', 'test'] as const).flatMap((split, seed): ProjectFile[] => {
    const { images, labels } = drawShapes(samples[split], seed);
    return [
      { path: `data/${dataFiles[split].images}`, content: images },
      { path: `data/${dataFiles[split].labels}`, content: labels },
    ];
  });
  return [
    { path: `${project}.net`, content: starterProgram(project, modelNameOf(project)) },
    ...drawn,
    { path: 'README.md', content: readme(project, install) },
    { path: '.gitignore', content: 'node_modules/\nruns/\n' },
  ];
}

/** The commands to begin with, in order, each with what it does. */
export function firstCommands(
  project: string,
  install: boolean,
): readonly (readonly [command: string, does: string])[] {
  return [
    ...(install ? [['npm install', 'netc itself'] as const] : []),
    [`npx netc train ${project}.net`, 'learns, in a few seconds'],
    [`npx netc eval ${project}.net`, 'what it now gets right, class by class'],
    [`npx netc ${project}.net`, 'the network as a TypeScript class, in generated/'],
  ];
}

function readme(project: string, install: boolean): string {
  const commands = firstCommands(project, install);
  const width = Math.max(...commands.map(([command]) => command.length));
  const listed = commands.map(([command, does]) => `${command.padEnd(width)}   # ${does}`).join('\n');
  return `# ${project}

A small network that tells drawn shapes apart, in the language of netc: [${project}.net](${project}.net) holds the data set's
declaration, the model and the training.

\`\`\`sh
${listed}
\`\`\`

\`npx netc check ${project}.net\` looks for mistakes, \`npx netc summary ${project}.net\` lists the layers, \`npx netc --help\` has the
rest. \`train\` leaves the weights, the metrics and a checkpoint in \`runs/\`; \`--resume\` goes on from there.

## Data of your own

\`data/\` holds ${samples.train} pictures to learn from and ${samples.test} to test with, in the IDX format of MNIST: two zero bytes, the byte 8 (for
unsigned bytes), the number of dimensions, each dimension as a big-endian 32-bit integer, then the bytes. Dimensions are
samples, rows, columns for pictures and samples for classes (0 to ${classes.length - 1}, in the order of \`classes\`). With NumPy:

\`\`\`python
import numpy as np

def write_idx(path, array):  # uint8: pictures [samples, rows, columns], classes [samples]
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes())
\`\`\`

Put your files in the place of these, then say in \`${project}.net\` what they are: the size of a picture (${side} x ${side} here) in
\`sample\` and in the model's input, the number of classes and their names. The compiler tells what no longer fits.
`;
}
