/** The verifier finds what a faulty pass could leave behind, and says after which pass. */
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph, GraphNode, GraphOutput } from '../../compiler/3-graph/graph.ts';
import { verifyGraph } from '../../compiler/3-graph/verify.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { InternalError } from '../../compiler/ops/internal-error.ts';

const matrix = { element: 'f32' as const, shape: [dim.symbol('N'), dim.int(3)] };

function graph(): Graph {
  const g = new GraphBuilder('infer');
  g.output('result', 'y', g.scalar('relu', g.add(g.input('x', matrix), g.input('b', matrix))));
  return g.finish();
}

const changed = (id: number, change: Partial<GraphNode>): Graph => {
  const { nodes, ...rest } = graph();
  return { ...rest, nodes: nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) };
};
const withOutput = (output: GraphOutput): Graph => ({ ...graph(), outputs: [...graph().outputs, output] });

test('a sound graph passes', () => {
  expect(() => verifyGraph(graph(), 'nothing')).not.toThrow();
});

const faults: readonly [string, Graph, string][] = [
  ['an unknown operator', changed(3, { op: 'rely' }), '%3 = rely: there is no such operator'],
  ['a node that reads a later one', changed(2, { inputs: [0, 3] }), 'it reads %3, which is not before it'],
  ['a node that reads nothing that exists', changed(2, { inputs: [0, -1] }), 'it reads %-1'],
  ['a node in the wrong place', changed(3, { id: 7 }), 'node 7 stands at 3'],
  [
    'a wrong type',
    changed(3, { type: { ...matrix, element: 'i32' } }),
    'its type is i32[N, 3], but should be f32[N, 3]',
  ],
  [
    'a hidden broadcast',
    changed(1, {
      attributes: { name: 'b', element: 'f32', shape: [dim.int(3)] },
      type: { ...matrix, shape: [dim.int(3)] },
    }),
    '%2 = add: its inputs f32[N, 3], f32[3] are not broadcast to f32[N, 3]',
  ],
  ['an input too many', changed(3, { inputs: [2, 2] }), 'relu takes 1 tensor, not 2'],
  ['an output that does not exist', withOutput({ role: 'result', name: 'z', node: 9 }), 'the output z is node 9'],
  ['a record that is no scalar', withOutput({ role: 'record', name: 'loss', node: 2 }), 'the record loss is f32[N, 3]'],
  ['two outputs of one name', withOutput({ role: 'result', name: 'y', node: 2 }), 'there are two outputs result y'],
];

for (const [what, faulty, message] of faults) {
  test(`finds ${what}`, () => {
    expect(() => verifyGraph(faulty, 'simplify')).toThrow(InternalError);
    expect(() => verifyGraph(faulty, 'simplify')).toThrow('after simplify, the graph infer is wrong');
    expect(() => verifyGraph(faulty, 'simplify')).toThrow(message);
  });
}

test('the builder refuses what no shape rule allows, and names the layer', () => {
  const g = new GraphBuilder('infer');
  g.origin = { path: 'fc1', what: 'Linear' };
  const x = g.input('x', matrix);
  expect(() => g.op('matmul', [x, x])).toThrow('matmul in fc1: the left side has 3 columns');
  expect(() => g.op('no_such', [x])).toThrow('there is no operator no_such');
});
