/**
 * Reads an operator's attributes with the type that the operator expects. The checker has made them, so a wrong one is
 * the compiler's mistake. Where an attribute may be a dimension, plain integers are taken too.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { InternalError } from './internal-error.ts';
import type { Attributes, AttributeValue } from './types.ts';

function missing(attributes: Attributes, name: string, wanted: string): InternalError {
  return new InternalError(`the attribute ${name} should be ${wanted}, not ${JSON.stringify(attributes[name])}`);
}

function isList(value: AttributeValue | undefined): value is readonly number[] | readonly Dim[] {
  return Array.isArray(value);
}

export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== 'number') throw missing(attributes, name, 'a number');
  return value;
}

export function textOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  if (typeof value !== 'string') throw missing(attributes, name, 'a string');
  return value;
}

/** False where it is left out. */
export function flagOf(attributes: Attributes, name: string): boolean {
  const value = attributes[name] ?? false;
  if (typeof value !== 'boolean') throw missing(attributes, name, 'true or false');
  return value;
}

export function numbersOf(attributes: Attributes, name: string): number[] {
  const value = attributes[name];
  if (!isList(value)) throw missing(attributes, name, 'a list of numbers');
  return value.map((item) => {
    if (typeof item !== 'number') throw missing(attributes, name, 'a list of numbers');
    return item;
  });
}

/** Rows and columns. */
export function pairOf(attributes: Attributes, name: string): readonly [number, number] {
  const [rows, columns, ...rest] = numbersOf(attributes, name);
  if (rows === undefined || columns === undefined || rest.length > 0) throw missing(attributes, name, 'a pair');
  return [rows, columns];
}

export function dimsOf(attributes: Attributes, name: string): Dim[] {
  const value = attributes[name];
  if (!isList(value)) throw missing(attributes, name, 'a list of dimensions');
  return value.map((item) => (typeof item === 'number' ? dim.int(item) : item));
}

/** One dimension: an integer, or a list of one dimension. */
export function dimOf(attributes: Attributes, name: string): Dim {
  const value = attributes[name];
  if (typeof value === 'number') return dim.int(value);
  const [only, ...rest] = dimsOf(attributes, name);
  if (only === undefined || rest.length > 0) throw missing(attributes, name, 'one dimension');
  return only;
}

/** The attributes with every dimension replaced. */
export function mapDims(attributes: Attributes, change: (d: Dim) => Dim): Attributes {
  const changed = Object.entries(attributes).map(([name, value]): [string, AttributeValue] => {
    if (!isList(value) || value.every((item) => typeof item === 'number')) return [name, value];
    return [name, dimsOf(attributes, name).map(change)];
  });
  return Object.fromEntries(changed);
}
