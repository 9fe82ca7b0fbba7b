/** What may be wrong with a PyTorch file, as errors whose messages say what to do. */
import { UserError } from '../../errors.ts';

/** The bytes at hand end before the pickle does: there may be more of them in the file. */
export class PickleEnd extends Error {}

/** `problem` is a clause: `its directory is missing`. */
export function damaged(file: string, problem: string): UserError {
  return new UserError(
    `${file} is not a sound PyTorch file: ${problem}. It may be cut off or damaged: copy or download it again`,
  );
}

const remedy = '`torch.save(model.state_dict(), "weights.pth")` in Python saves the weights alone';

/** The pickle asks for something of Python's that is not known. `whole`: to make an object of that class, a network most likely. */
export function refusedName(file: string, name: string, whole: boolean): UserError {
  return new UserError(
    whole
      ? `${file} holds a whole Python object, of the class \`${name}\`, not weights alone. To read it is to run its code, ` +
          `which netc never does; ${remedy}`
      : `${file} asks for Python's \`${name}\`, which is not among the few names that netc knows in weights; it runs nothing ` +
          `that a file brings along. Where the file is one of your own, ${remedy}`,
  );
}

/** The file is sound and harmless, but there are no weights in it that could be used. `what` it is instead: a clause. */
export function noWeights(file: string, what: string): UserError {
  return new UserError(`${file} ${what}; ${remedy}`);
}
