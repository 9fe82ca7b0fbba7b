/** Where the leaves and outputs of a training's or model's graphs live: host buffers in users' layouts, arenas in ours. */
import type { GraphNode, GraphOutput } from '../3-graph/graph.ts';
import { ALL_PARAMETERS } from '../3-graph/optimizer.ts';
import type { Layout, Tensor } from '../5-loop/kernel.ts';
import { rowMajor } from '../5-loop/layout.ts';
import { hostTensor, type Storage } from '../5-loop/lower.ts';
import type { Arena } from './arena.ts';

/**
 * `inputs`: what a graph's inputs are. They are a model's own or the fields of a sample; the optimizer's are the gradients
 * and the loss that the training step wrote, and its updates are of its own states, whatever a model's parameters are called.
 */
export function storageOf(arena: Arena, inputs: 'input' | 'sample' | 'optimizer'): Storage {
  const layoutOf = (path: string, node: GraphNode): Layout => {
    if (path === ALL_PARAMETERS) return rowMajor(node.type.shape);
    const layout = arena.layouts.get(path);
    if (!layout) throw new Error(`the parameter ${path} has no place in the arena`);
    return layout;
  };
  const inArena = (kind: 'parameters' | 'gradients', path: string, node: GraphNode): Omit<Tensor, 'id'> => ({
    name: kind === 'gradients' ? `d ${path}` : path,
    place: { kind },
    element: node.type.element,
    shape: node.type.shape,
    layout: layoutOf(path, node),
  });

  function leaf(node: GraphNode): Omit<Tensor, 'id'> {
    if (node.op === 'parameter') return inArena('parameters', String(node.attributes.path), node);
    const name = String(node.attributes.name);
    if (node.op === 'state') return hostTensor(name, { kind: 'state', name }, node);
    if (inputs !== 'optimizer') return hostTensor(name, { kind: inputs, name }, node);
    if (name === 'gradients') return inArena('gradients', ALL_PARAMETERS, node);
    return hostTensor(name, { kind: 'record', name }, node);
  }

  function output({ name, role }: GraphOutput, node: GraphNode): Omit<Tensor, 'id'> {
    switch (role) {
      case 'result':
        return hostTensor(name, { kind: 'output', name }, node);
      case 'record':
        return hostTensor(name, { kind: 'record', name }, node);
      case 'gradient':
        return inArena('gradients', name, node);
      case 'update': {
        // A buffer of the model (running statistics) stands among the parameters; other names are states.
        const ofModel = name === ALL_PARAMETERS || (inputs !== 'optimizer' && arena.layouts.has(name));
        return ofModel ? inArena('parameters', name, node) : hostTensor(name, { kind: 'state', name }, node);
      }
    }
  }

  return { leaf, output };
}
