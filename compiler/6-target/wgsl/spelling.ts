/** How the scalar table's rows and literals are written in WGSL. */
import type { ScalarType } from '../../ops/expr.ts';
import { type ScalarFunction, scalarTable } from '../../ops/scalar.ts';

/** A call of a scalar function, its arguments already printed. */
export function scalarCall(fn: ScalarFunction, type: ScalarType, args: readonly string[]): string {
  const { wgsl } = scalarTable[fn];
  const template = typeof wgsl === 'string' ? wgsl : wgsl[type];
  if (template === undefined) throw new Error(`${fn} has no WGSL spelling for ${type}`);
  return template.replace(/\$(\d)/g, (_, i: string) => args[Number(i)]);
}

/** The same of four lanes: the arguments as they are, and as vectors. */
export function vectorCall(fn: ScalarFunction, args: readonly string[], vectors: readonly string[]): string {
  const template = scalarTable[fn].wgsl4;
  if (template === undefined) throw new Error(`${fn} has no WGSL spelling for vectors`);
  return template.replace(/\$(v?)(\d)/g, (_, v: string, i: string) => (v === '' ? args : vectors)[Number(i)]);
}

export function vectorType(type: ScalarType): string {
  return { f32: 'vec4f', i32: 'vec4i', bool: 'vec4<bool>' }[type];
}

export function literal(type: ScalarType, value: number): string {
  if (type === 'bool') return value === 0 ? 'false' : 'true';
  if (type === 'i32') return value < 0 ? `(${value})` : String(value);
  return floatLiteral(value);
}

const F32_MAX = 3.4028234663852886e38;

/** An f32 literal that reads back as the same number. */
export function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`WGSL has no literal for ${value}`);
  const rounded = Math.fround(value);
  let digits = String(rounded);
  // The shortest text that still rounds to the same f32, and does not lie beyond the largest.
  for (let precision = 1; precision < 17; precision++) {
    const shorter = Number(rounded.toPrecision(precision));
    if (Math.fround(shorter) === rounded && Math.abs(shorter) <= F32_MAX) {
      digits = String(shorter);
      break;
    }
  }
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return rounded < 0 || Object.is(rounded, -0) ? `(${text})` : text;
}
