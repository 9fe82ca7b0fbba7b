/** Names of generated files and of what is in them. Deterministic: the same source gives the same names. */

/** `FashionCnn` -> `fashionCnn`; anything that is no identifier becomes one. */
export function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word, i) => (i === 0 ? lowerFirst(word) : upperFirst(word))).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `_${joined}`;
}

/** `FashionCnn` -> `fashion_cnn`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** `models/fashion_cnn.net` -> `fashion_cnn`. */
export function stemOf(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/\.net$/, '');
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Gives each name once; a second use of the same gets a number. */
export class UniqueNames {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[] = []) {
    this.#taken = new Set(taken);
  }

  claim(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}${i}`;
    this.#taken.add(name);
    return name;
  }
}

/** The constant that holds a training's data in the generated class's file: `fashionCnnTraining`. */
export function trainingName(name: string): string {
  return `${camelCase(name)}Training`;
}

/** The constant that holds a class's buffers, kernels and programs: `fashionCnnModule`. */
export function moduleName(name: string): string {
  return `${camelCase(name)}Module`;
}

/** The function that computes a module's uniforms: `fashionCnnUniforms`. */
export function uniformsName(name: string): string {
  return `${camelCase(name)}Uniforms`;
}

/** The constant that says where a class's inputs and output lie: `fashionCnnModel`. */
export function modelName(name: string): string {
  return `${camelCase(name)}Model`;
}

/** The constant with a data set's description: `fashionMnist`. */
export function datasetName(name: string): string {
  return camelCase(name);
}

/** The constant with the names of a data set's classes: `fashionMnistClasses`. */
export function classesName(name: string): string {
  return `${camelCase(name)}Classes`;
}
