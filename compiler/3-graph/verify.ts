/** Checks what every stage relies on. A graph that fails is the compiler's mistake, and the error names the pass. */
import { isProblem, sameShape, sameType, showType } from '../ops/infer.ts';
import { InternalError } from '../ops/internal-error.ts';
import { lookup } from '../ops/registry.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Throws an InternalError unless the graph is well formed. `pass` says what has just run. */
export function verifyGraph(graph: Graph, pass: string): void {
  const fail = (message: string): never => {
    throw new InternalError(`after ${pass}, the graph ${graph.name} is wrong: ${message}`);
  };
  for (const [position, node] of graph.nodes.entries()) {
    const problem = node.id === position ? nodeProblem(graph, node) : `node ${node.id} stands at ${position}`;
    if (problem) fail(`%${node.id} = ${node.op}: ${problem}`);
  }
  const seen = new Set<string>();
  for (const { role, name, node } of graph.outputs) {
    const found = graph.nodes[node];
    if (!found) fail(`the output ${name} is node ${node}, which does not exist`);
    if (role === 'record' && found.type.shape.length > 0) fail(`the record ${name} is ${showType(found.type)}`);
    if (seen.has(`${role} ${name}`)) fail(`there are two outputs ${role} ${name}`);
    seen.add(`${role} ${name}`);
  }
}

function nodeProblem(graph: Graph, node: GraphNode): string | undefined {
  const operator = lookup(node.op);
  if (!operator) return 'there is no such operator';
  const late = node.inputs.find((input) => !(input >= 0 && input < node.id));
  if (late !== undefined) return `it reads %${late}, which is not before it`;
  const inputs = node.inputs.map((input) => graph.nodes[input].type);
  if (operator.kind === 'elementwise' && inputs.some((type) => !sameShape(type.shape, node.type.shape))) {
    return `its inputs ${inputs.map(showType).join(', ')} are not broadcast to ${showType(node.type)}`;
  }
  const type = operator.infer(inputs, node.attributes);
  if (isProblem(type)) return type.problem;
  return sameType(type, node.type) ? undefined : `its type is ${showType(node.type)}, but should be ${showType(type)}`;
}
