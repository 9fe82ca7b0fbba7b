/** Every error code: one entry each. */
export type Code = `${'E' | 'W'}${number}`;
