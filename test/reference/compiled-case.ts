/**
 * An operator's case as a user would meet it: its expression is the body of a model, which goes through the checker, the
 * graph, differentiation and the whole back end. The model's module then gives the value and every wanted gradient, for
 * the upstream gradient that PyTorch was given.
 */
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { buildInference, OUTPUT } from '../../compiler/3-graph/from-typed.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { copyInto } from '../../compiler/3-graph/rewrite.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import type { Compilation, CompilerHost } from '../../compiler/compilation.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';
import { backEnd, unitsOf, verifyAfter } from '../../compiler/passes.ts';
import type { ModuleSpec } from '../../runtime/program.ts';
import type { OperatorCase, OperatorInput } from './fixtures.ts';

/** The name under which the upstream gradient is an input. */
export const UPSTREAM = 'upstream';

export interface CompiledCase {
  /** Simplified: inputs, parameters and the upstream gradient -> `output` and a result for each gradient, by input. */
  readonly graph: Graph;
  /** Its program `infer` is that graph. */
  readonly spec: ModuleSpec;
}

const library = fileHost.library();
const host: CompilerHost = { ...fileHost, library: () => library };

/** Inputs without a batch are the model's own parameters; those with a dot belong to its layers. */
function sourceOf(fixture: OperatorCase): string {
  const typed = ({ name, shape, classes }: OperatorInput): string =>
    `${name}: ${classes ? `class(${classes})` : 'f32'}[${shape.join(', ')}]`;
  const own = fixture.inputs.filter(({ name }) => !name.includes('.'));
  const inputs = own.filter(({ shape }) => shape.includes('N')).map(typed);
  const parameters = own
    .filter(({ shape }) => !shape.includes('N'))
    .map((input) => `  param ${typed(input)} = zeros()\n`);
  // A model has an input; one that nothing reads does no harm.
  const signature = inputs.length > 0 ? inputs.join(', ') : 'unused: f32[N, 1]';
  return `model Case(${signature}) {\n${parameters.join('')}  ${fixture.net}\n}\n`;
}

/** Throws with the rendered diagnostics where the checker refuses the case. */
export function compileCase(fixture: OperatorCase): CompiledCase {
  const entry = { path: 'case.net', text: sourceOf(fixture) };
  const { module, program, diagnostics } = analyze(entry, host);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [unit] = unitsOf(program);
  if (errors.length > 0 || unit === undefined)
    throw new Error(errors.map((error) => render(error, { color: false })).join('\n'));
  const graph = runPasses(withGradients(buildInference(unit.model), Object.keys(fixture.gradients ?? {})));
  let state: Compilation = {
    entry,
    host,
    module,
    program,
    diagnostics,
    units: [{ ...unit, graphs: [{ program: 'infer', value: graph }] }],
    choiceOf: undefined,
  };
  for (const pass of backEnd.filter(({ name }) => name !== 'graph')) {
    state = pass.run(state);
    verifyAfter(pass, state);
  }
  const { spec } = state.units[0];
  if (spec === undefined) throw new Error('the back end made no module');
  return { graph, spec };
}

/** The graph with the gradients of sum(output * upstream) by the named inputs and parameters as further results. */
function withGradients(graph: Graph, names: readonly string[]): Graph {
  const g = new GraphBuilder(graph.name);
  const values = copyInto(g, graph);
  if (names.length === 0) return g.finish();
  const output = values.get(graph.outputs[0].node);
  if (output === undefined) throw new Error(`the graph has no ${OUTPUT}`);
  const wanted = names.map((name) => {
    const leaf = graph.nodes.find(({ attributes }) => attributes.name === name || attributes.path === name);
    const value = leaf && values.get(leaf.id);
    if (value === undefined) throw new Error(`the output does not depend on ${name}`);
    return value;
  });
  const axes = output.type.shape.map((_, axis) => axis);
  const loss = g.sum(g.mul(output, g.input(UPSTREAM, output.type)), axes);
  gradients(g, loss, wanted).forEach((gradient, i) => {
    g.output('result', names[i], gradient);
  });
  return g.finish();
}
