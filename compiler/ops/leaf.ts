/**
 * Leaves that are tensors in memory: a program's inputs, the parameters, the optimizer's state. Their attributes give
 * their type: `element`, `shape`, and `classes` (one dimension) for class indices.
 */
import { dimOf, dimsOf, textOf } from './attributes.ts';
import { InternalError } from './internal-error.ts';
import { type Primitive, primitive } from './primitive.ts';
import type { Attributes, ElementType, TensorType } from './types.ts';

const elements: readonly ElementType[] = ['f32', 'f16', 'i32', 'u8', 'bool'];

/** The type that a leaf's attributes state. */
export function leafType(attributes: Attributes): TensorType {
  const element = elements.find((known) => known === attributes.element);
  if (!element) throw new InternalError(`a leaf's element type is ${String(attributes.element)}`);
  const type: TensorType = { element, shape: dimsOf(attributes, 'shape') };
  return 'classes' in attributes ? { ...type, classes: dimOf(attributes, 'classes') } : type;
}

/** A type as a leaf's attributes. */
export function leafAttributes(type: TensorType): Attributes {
  const attributes = { element: type.element, shape: type.shape };
  return type.classes ? { ...attributes, classes: [type.classes] } : attributes;
}

function leaf(name: string, key: string, doc: string): Primitive {
  const notComputed = (): never => {
    throw new InternalError(`${name} is read from memory, it is not computed`);
  };
  return primitive({
    name,
    doc,
    kind: 'leaf',
    inputs: [],
    infer: (_inputs, attributes) => {
      textOf(attributes, key);
      return leafType(attributes);
    },
    grad: () => [],
    lower: notComputed,
    reference: notComputed,
    cases: [],
  });
}

export const input = leaf('input', 'name', 'A tensor that the caller hands in, by name.');
export const parameter = leaf('parameter', 'path', 'A parameter or buffer of the model, by its path (`conv1.weight`).');
export const state = leaf('state', 'name', "A slot of the optimizer's state, by name.");

/** The names of leaves that a caller binds to a value: they have no reference and no cases. */
export const boundLeaves: ReadonlySet<string> = new Set(['input', 'parameter', 'state', 'uniform']);
