/** The passes over a finished graph, in order. They keep its outputs and their values. */
import { eliminateDeadNodes } from './dce.ts';
import type { Graph } from './graph.ts';
import { simplify } from './simplify.ts';

export interface Pass {
  readonly name: string;
  readonly description: string;
  readonly run: (graph: Graph) => Graph;
}

export const graphPasses: readonly Pass[] = [
  {
    name: 'simplify',
    description: 'Algebra, constants, compositions of views; equal nodes become one.',
    run: simplify,
  },
  {
    name: 'dce',
    description: 'Drops what no output depends on.',
    run: eliminateDeadNodes,
  },
];

export function runPasses(graph: Graph): Graph {
  return graphPasses.reduce((current, pass) => pass.run(current), graph);
}
