/** Which data set or training of a file a plot is of. Compiles and reads nothing. */
import { UserError } from '../../../runtime/errors.ts';
import { nearest } from '../../2-check/suggest.ts';
import type { TypedDataset, TypedProgram, TypedTraining } from '../../2-check/typed.ts';

/** The data set that the file's trainings use, or declares where it has no training; of several, the one that is named. */
export function chooseDataset(
  { datasets, trainings }: TypedProgram,
  file: string,
  name: string | undefined,
): { readonly dataset: TypedDataset; readonly training: TypedTraining | undefined } {
  const known = [
    ...trainings.map((training) => ({ name: training.name, dataset: training.dataset, training })),
    ...datasets.map((dataset) => ({ name: dataset.name, dataset, training: undefined })),
  ];
  const [first] = known;
  if (!first) {
    throw new UserError(
      `${file} has neither a \`train\` declaration nor a \`dataset\`, so there are no samples to show`,
    );
  }
  if (name !== undefined) return named(known, file, name);
  const different = new Set(known.map(({ dataset }) => dataset.name));
  if (different.size === 1) return first;
  throw new UserError(`${file} has several data sets; choose one with --name: ${[...different].join(', ')}`);
}

/** The training with an augment; of several, the one that is named. */
export function chooseAugmented({ trainings }: TypedProgram, file: string, name: string | undefined): TypedTraining {
  if (trainings.length === 0) {
    throw new UserError(
      `${file} has no \`train\` declaration, which says what is augmented; add \`train Model on Dataset { … }\` with \`augment = RandomHorizontalFlip\` in it`,
    );
  }
  const augmented = trainings.filter((training) => training.augmented);
  const choice = augmented.map((training) => training.name).join(', ');
  if (name !== undefined) {
    const training = named(trainings, file, name);
    if (training.augmented) return training;
    throw new UserError(noAugment(`the training ${name} of ${file}`, choice));
  }
  const [training, second] = augmented;
  if (!training)
    throw new UserError(
      noAugment(trainings.length === 1 ? `the training of ${file}` : `every training of ${file}`, ''),
    );
  if (!second) return training;
  throw new UserError(`${file} has several trainings with an augment; choose one with --name: ${choice}`);
}

function noAugment(what: string, others: string): string {
  const remedy = 'write `augment = RandomHorizontalFlip` (or another augment) in its `train` block';
  return `${what} has no augment: ${remedy}${others === '' ? '' : `, or choose one that has with --name: ${others}`}`;
}

function named<T extends { readonly name: string }>(known: readonly T[], file: string, name: string): T {
  const found = known.find((each) => each.name === name);
  if (found) return found;
  const names = [...new Set(known.map((each) => each.name))];
  const near = nearest(name, names);
  throw new UserError(
    `${file} has nothing called ${name} to show; ${near ? `did you mean ${near}?` : `it has ${names.join(', ')}`}`,
  );
}
