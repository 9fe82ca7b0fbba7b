/** Where the leaves and outputs of a training's or model's graphs live: host buffers in users' layouts, arenas in ours. */
import type { GraphNode, GraphOutput } from '../3-graph/graph.ts';
import type { Layout, Place, Tensor } from '../5-loop/kernel.ts';
import { rowMajor } from '../5-loop/layout.ts';
import { hostTensor, type Storage } from '../5-loop/lower.ts';
import type { Arena } from './arena.ts';

/** The name under which the optimizer's graph sees all parameters as one vector. */
const WHOLE_ARENA = '*';

export function storageOf(arena: Arena, inputs: 'input' | 'sample'): Storage {
  const place = (path: string): Layout => {
    const layout = arena.layouts.get(path);
    if (!layout) throw new Error(`the parameter ${path} has no place in the arena`);
    return layout;
  };
  const inArena = (
    name: string,
    kind: 'parameters' | 'gradients',
    layout: Layout,
    node: GraphNode,
  ): Omit<Tensor, 'id'> => ({
    name,
    place: { kind },
    element: node.type.element,
    shape: node.type.shape,
    layout,
  });
  return {
    leaf: (node) => {
      if (node.op === 'parameter') {
        const path = String(node.attributes.path);
        return inArena(path, 'parameters', path === WHOLE_ARENA ? rowMajor(node.type.shape) : place(path), node);
      }
      const name = String(node.attributes.name);
      if (node.op === 'state') return hostTensor(name, { kind: 'state', name }, node);
      // The optimizer reads what the training step wrote.
      if (name === 'gradients') return inArena(name, 'gradients', rowMajor(node.type.shape), node);
      if (name === 'loss' && node.type.shape.length === 0) return hostTensor(name, { kind: 'record', name }, node);
      return hostTensor(name, { kind: inputs, name }, node);
    },
    output: (output, node) => outputTensor(output, node, place, inArena),
  };
}

function outputTensor(
  { name, role }: GraphOutput,
  node: GraphNode,
  place: (path: string) => Layout,
  inArena: (name: string, kind: 'parameters' | 'gradients', layout: Layout, node: GraphNode) => Omit<Tensor, 'id'>,
): Omit<Tensor, 'id'> {
  const host = (kind: 'output' | 'record' | 'state'): Omit<Tensor, 'id'> => {
    const where: Place = { kind, name };
    return hostTensor(name, where, node);
  };
  switch (role) {
    case 'result':
      return host('output');
    case 'record':
      return host('record');
    case 'gradient':
      return inArena(`d ${name}`, 'gradients', place(name), node);
    case 'update':
      return name === WHOLE_ARENA
        ? inArena('parameters', 'parameters', rowMajor(node.type.shape), node)
        : host('state');
  }
}
