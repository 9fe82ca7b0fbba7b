/**
 * `generated/<file>.kernels.ts`: what the devices run, as plain data that a person can read: each kernel's WGSL under its
 * label, buffers and dispatch lists with their numbers, the WebAssembly module in hexadecimal.
 */
import type { KernelSpec, ModuleSpec, ProgramSpec } from '../../runtime/program.ts';
import { EPOCH_UNIFORMS, KEY_UNIFORMS } from '../ops/random.ts';
import { hostExpression } from './host-expression.ts';
import { type Data, literal, template, Verbatim } from './literal.ts';
import { camelCase, moduleName, UniqueNames, uniformsName } from './names.ts';
import { type Constant, constant, importStatement } from './statements.ts';
import type { EmitUnit } from './unit.ts';

/** Hexadecimal digits a line. */
const HEX_LINE = 116;

/**
 * For each unit: a constant for each kernel, then `<unit>Module` and `<unit>Uniforms`, which alone are exported. JavaScript
 * where `typed` is false.
 */
export function kernelsFile(units: readonly EmitUnit[], typed: boolean): string {
  const exported = units.flatMap((unit) => [moduleName(unit.name), uniformsName(unit.name)]);
  const names = new UniqueNames([...exported, ...RUN_NUMBERS]);
  const types = [
    ...(units.some((unit) => unit.spec.kernels.length > 0) ? ['KernelSpec'] : []),
    'ModuleSpec',
    'RunNumbers',
  ];
  const imports = importStatement(
    types.map((name) => `type ${name}`),
    'netc/runtime',
  );
  const constants = units.flatMap((unit) => constantsOf(unit, names));
  const statements = constants.map((each) => constant(typed ? each : { ...each, type: undefined }));
  return [...(typed ? [imports] : []), ...statements].join('\n');
}

function constantsOf(unit: EmitUnit, names: UniqueNames): Constant[] {
  const { spec } = unit;
  const kernels = spec.kernels.map((kernel) => ({ kernel, name: names.claim(camelCase(kernel.name)) }));
  const wasm = names.claim(`${camelCase(unit.name)}Wasm`);
  return [
    ...kernels.map(({ kernel, name }, index) => {
      const first = kernels.find(({ kernel: { wgsl } }) => wgsl === kernel.wgsl)?.name ?? name;
      return kernelConstant(kernel, name, index, spec, first === name ? template(kernel.wgsl) : `${first}.wgsl`);
    }),
    wasmConstant(unit, wasm),
    moduleConstant(
      unit,
      kernels.map(({ name }) => name),
      wasm,
    ),
    uniformsFunction(unit),
  ];
}

/** `wgsl`: the kernel's text as it is printed, or where an equal one stands. */
function kernelConstant(kernel: KernelSpec, name: string, index: number, spec: ModuleSpec, wgsl: string): Constant {
  const buffers = kernel.buffers.map(({ buffer }) => spec.buffers[buffer]?.name ?? '?').join(', ');
  const members: readonly (readonly [string, Data])[] = [
    ['name', kernel.name],
    ['label', kernel.label],
    [
      'parts',
      kernel.parts.map((part) => ({ ...part, tasks: { ...part.tasks }, invocations: { ...part.invocations } })),
    ],
    ['workgroup', kernel.workgroup],
    ['localBytes', kernel.localBytes],
    ['buffers', kernel.buffers.map((binding) => ({ ...binding }))],
    ['wgsl', new Verbatim(wgsl)],
  ];
  const lines = members.map(([key, value]) => `  ${key}: ${literal(value, 2, key.length + 4)},\n`);
  const doc = `Kernel ${index}: ${kernel.label}. Binds ${buffers}.`;
  return { doc, name, type: 'KernelSpec', value: `{\n${lines.join('')}}` };
}

function wasmConstant(unit: EmitUnit, name: string): Constant {
  const { wasm } = unit.spec;
  const lines = wasm.match(new RegExp(`.{1,${HEX_LINE}}`, 'g')) ?? [];
  const bytes = (wasm.length / 2).toLocaleString('en-US');
  return {
    doc: `The WebAssembly module of ${unit.name} in hexadecimal: ${bytes} bytes, a function for each part of each kernel.`,
    name,
    // One literal on many lines: a list of lines would cost gzip a quarter of what it finds.
    value: `'\\\n${lines.join('\\\n')}'`,
  };
}

function moduleConstant(unit: EmitUnit, kernels: readonly string[], wasm: string): Constant {
  const { spec } = unit;
  const list = (items: readonly string[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${item},\n`).join('')}  ]`;
  const numbered = (items: readonly string[]): string => list(items.map((item, index) => `/* ${index} */ ${item}`));
  const programs = Object.entries(spec.programs).map(([name, program]) => `    ${name}: ${programText(program)},\n`);
  const members = [
    `  buffers: ${numbered(spec.buffers.map((buffer) => literal({ ...buffer, size: { ...buffer.size } }, 4, 12)))},`,
    `  kernels: ${numbered(kernels)},`,
    `  uniforms: ${spec.uniforms},`,
    `  programs: {\n${programs.join('')}  },`,
    `  parameters: ${list(spec.parameters.map((p) => literal({ ...p, init: { ...p.init } }, 4)))},`,
    `  states: ${list(spec.states.map((state) => literal({ ...state }, 4)))},`,
    `  wasm: ${wasm},`,
  ];
  return {
    doc: `Everything that a device needs to run ${unit.name}.`,
    name: moduleName(unit.name),
    type: 'ModuleSpec',
    value: `{\n${members.join('\n')}\n}`,
    exported: true,
  };
}

function programText(program: ProgramSpec): string {
  return literal({ kernels: program.kernels, records: program.records.map((record) => ({ ...record })) }, 4, 14);
}

/** The fields of the runtime's `RunNumbers`. */
const RUN_NUMBERS = ['step', 'steps', 'n', ...KEY_UNIFORMS, ...EPOCH_UNIFORMS];

function uniformsFunction(unit: EmitUnit): Constant {
  const printed = unit.uniforms.map(({ name, expression }) => ({
    name,
    text: hostExpression(expression, unit.model.batch),
  }));
  const uses = (variable: string): boolean => printed.some(({ text }) => new RegExp(`\\b${variable}\\b`).test(text));
  const used = RUN_NUMBERS.filter(uses);
  const lines = printed.map(({ name, text }) => `  ${text}, // ${name}\n`);
  return {
    doc: `What ${unit.name} takes from the host in a run of one of its programs.`,
    name: uniformsName(unit.name),
    type: '(numbers: RunNumbers) => readonly number[]',
    value: `(${used.length === 0 ? '' : `{ ${used.join(', ')} }`}) => ${lines.length === 0 ? '[]' : `[\n${lines.join('')}]`}`,
    exported: true,
  };
}
