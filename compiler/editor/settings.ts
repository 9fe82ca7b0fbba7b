/** What users may switch: `netc.…` in the editor's settings. Unknown and wrong values are passed over. */

export interface Settings {
  readonly inlayHints: {
    /** The shape after each stage of a pipeline, only where it changes, or nowhere. */
    readonly shapes: 'all' | 'changes' | 'off';
    /** The type of a `let` that states none. */
    readonly types: boolean;
    /** The input size of a layer that states only its output's: `1152 ->` in `Linear(64)`. */
    readonly inputSizes: boolean;
  };
  /** Parameters above a model; `train` and `summary`. */
  readonly codeLens: boolean;
}

export const defaultSettings: Settings = {
  inlayHints: { shapes: 'all', types: true, inputSizes: true },
  codeLens: true,
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Reads what the editor sent; each setting that it lacks is the default. */
export function readSettings(value: unknown): Settings {
  const hints = member(value, 'inlayHints');
  const { inlayHints, codeLens } = defaultSettings;
  const truth = (given: unknown, otherwise: boolean): boolean => (typeof given === 'boolean' ? given : otherwise);
  const shapes = member(hints, 'shapes');
  return {
    inlayHints: {
      shapes: shapes === 'all' || shapes === 'changes' || shapes === 'off' ? shapes : inlayHints.shapes,
      types: truth(member(hints, 'types'), inlayHints.types),
      inputSizes: truth(member(hints, 'inputSizes'), inlayHints.inputSizes),
    },
    codeLens: truth(member(value, 'codeLens'), codeLens),
  };
}
