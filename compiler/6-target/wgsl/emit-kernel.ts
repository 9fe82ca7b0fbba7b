/**
 * Prints a scheduled kernel as one WGSL module: an invocation per work item, storage buffers in binding order, the
 * uniform block last. Names follow the source so that the text can be read.
 */

import { tensorOf } from '../../5-loop/address.ts';
import type { Tensor } from '../../5-loop/kernel.ts';
import type { LoopTree, Statement } from '../../5-loop/tree.ts';
import { isIndexArithmetic } from '../../5-loop/walk.ts';
import { dim } from '../../dim/dim.ts';
import type { Expr, ScalarType } from '../../ops/expr.ts';
import type { ScalarFunction } from '../../ops/scalar.ts';
import { type Bindings, storageElement } from '../bindings.ts';
import { helpersOf } from './helpers.ts';
import { floatLiteral, scalarCall } from './spelling.ts';

export const WORKGROUP = 64;

const STORAGE_TYPE = { f32: 'f32', i32: 'i32', u8: 'u32' } as const;

export function emitWgsl(
  label: string,
  trees: readonly LoopTree[],
  tensors: ReadonlyMap<number, Tensor>,
  bindings: Bindings,
  uniforms: readonly string[],
): string {
  const printer = new WgslPrinter(tensors, bindings);
  const body = printer.main(trees);
  const fields = ['n: u32', ...uniforms.map((name) => `${name}: f32`)];
  const variables = bindings.list.map(
    ({ name, element, access }, i) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${STORAGE_TYPE[element]}>;`,
  );
  return [
    `// ${label}`,
    `struct Uniforms { ${fields.join(', ')} }`,
    ...variables,
    `@group(0) @binding(${bindings.list.length}) var<uniform> uniforms: Uniforms;`,
    '',
    ...helpersOf(printer.functions),
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,',
    '        @builtin(local_invocation_index) invocation: u32) {',
    ...body,
    '}',
    '',
  ].join('\n');
}

class WgslPrinter {
  private readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly bindings: Bindings;
  /** The scalar functions that the kernel applies. */
  readonly functions = new Set<ScalarFunction>();
  private lines: string[] = [];
  private depth = 1;
  private guards = 0;
  private addresses = 0;
  private parts = 0;

  constructor(tensors: ReadonlyMap<number, Tensor>, bindings: Bindings) {
    this.tensors = tensors;
    this.bindings = bindings;
  }

  main(trees: readonly LoopTree[]): string[] {
    if (trees.length === 1) {
      this.line(`let item = i32((group.y * groups.x + group.x) * ${WORKGROUP}u + invocation);`);
      this.items(trees[0]);
      return this.lines;
    }
    // The parts side by side: each has whole workgroups, so that those of one group agree on where they go.
    this.line('var number = i32(group.y * groups.x + group.x);');
    for (const tree of trees) {
      this.line(`let end${this.parts} = ${this.groupsOf(tree)};`);
      this.line(`if (number < end${this.parts}) {`);
      this.depth++;
      this.line(`let item = number * ${WORKGROUP} + i32(invocation);`);
      this.items(tree);
      this.line('return;');
      this.depth--;
      this.line('}');
      this.line(`number -= end${this.parts};`);
      this.parts++;
    }
    return this.lines;
  }

  /** How many workgroups a part has. */
  private groupsOf(tree: LoopTree): string {
    return `(${this.countOf(tree)} + ${WORKGROUP - 1}) / ${WORKGROUP}`;
  }

  private countOf({ grid }: LoopTree): string {
    return grid.length > 0 ? grid.map(({ extent }) => this.expression(extent)).join(' * ') : '1';
  }

  private items(tree: LoopTree): void {
    const extents = tree.grid.map(({ extent }) => this.expression(extent));
    this.line(`if (item >= ${this.countOf(tree)}) { return; }`);
    let rest = 'item';
    for (let i = tree.grid.length - 1; i >= 0; i--) {
      const { axis } = tree.grid[i];
      this.line(`let ${axis.id} = ${i > 0 ? `${rest} % ${extents[i]}` : rest};`);
      if (i > 0) {
        this.line(`let rest${i} = ${rest} / ${extents[i]};`);
        rest = `rest${i}`;
      }
    }
    for (const { prologue, body } of tree.sections) {
      this.statements(prologue);
      this.statements(body);
    }
  }

  private line(text: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${text}`);
  }

  private block(open: string, list: readonly Statement[], close: string): void {
    this.line(open);
    this.depth++;
    this.statements(list);
    this.depth--;
    this.line(close);
  }

  private statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'loop': {
        const id = statement.axis.id;
        const extent = this.expression(statement.extent);
        this.block(`for (var ${id} = 0; ${id} < ${extent}; ${id}++) {`, statement.body, '}');
        return;
      }
      case 'let':
        this.line(`let ${statement.name} = ${this.expression(statement.value)};`);
        return;
      case 'var':
        this.line(`var ${statement.name}: ${statement.type} = ${this.expression(statement.value)};`);
        return;
      case 'set':
        this.line(`${statement.name} = ${this.expression(statement.value)};`);
        return;
      case 'if':
        this.block(
          `if (${this.expression(statement.condition)}) {`,
          statement.then,
          statement.otherwise.length > 0 ? '} else {' : '}',
        );
        if (statement.otherwise.length === 0) return;
        this.depth++;
        this.statements(statement.otherwise);
        this.depth--;
        this.line('}');
        return;
      case 'store': {
        const printed = this.expression(statement.value);
        const value = statement.value.type === 'bool' ? `select(0, 1, ${printed})` : printed;
        if (this.element(statement.tensor) === 'u8') throw new Error('WGSL kernels do not write u8 tensors');
        this.line(`${this.buffer(statement.tensor)}[${this.expression(statement.address)}] = ${value};`);
      }
    }
  }

  private element(tensor: number): 'f32' | 'i32' | 'u8' {
    return storageElement(tensorOf(this.tensors, tensor));
  }

  private buffer(tensor: number): string {
    return this.bindings.list[this.bindings.indexOf(tensor)].name;
  }

  private expression(expr: Expr): string {
    switch (expr.kind) {
      case 'const':
        return literal(expr.type, expr.value);
      case 'axis':
        return expr.axis.id;
      case 'size':
        return this.dimension(expr);
      case 'uniform':
        return `uniforms.${expr.name}`;
      case 'local':
        return expr.name;
      case 'load': {
        const address = this.expression(expr.indices[0]);
        const buffer = this.buffer(expr.tensor);
        if (expr.type === 'bool') return `(${buffer}[${address}] != 0)`;
        if (this.element(expr.tensor) !== 'u8') return `${buffer}[${address}]`;
        const at = isIndexArithmetic(expr.indices[0]) ? `(${address})` : this.named(address);
        return `i32((${buffer}[${at} / 4] >> u32((${at} % 4) * 8)) & 255u)`;
      }
      case 'apply':
        this.functions.add(expr.fn);
        return scalarCall(
          expr.fn,
          expr.args[0].type,
          expr.args.map((arg) => this.expression(arg)),
        );
      case 'guard':
        return this.guard(expr);
      case 'reduce':
        throw new Error('a reduction was not turned into a loop');
    }
  }

  /** A name for a value that is used twice. */
  private named(value: string): string {
    const name = `a${this.addresses++}`;
    this.line(`let ${name} = ${value};`);
    return name;
  }

  /** Evaluates each side only where it may be: the other may read outside of its tensor. */
  private guard(expr: Extract<Expr, { kind: 'guard' }>): string {
    const name = `g${this.guards++}`;
    const condition = this.expression(expr.condition);
    const assign = (value: Expr): void => {
      this.depth++;
      this.line(`${name} = ${this.expression(value)};`);
      this.depth--;
    };
    const fixed = expr.otherwise.kind === 'const';
    this.line(`var ${name}: ${expr.type}${fixed ? ` = ${this.expression(expr.otherwise)}` : ''};`);
    this.line(`if (${condition}) {`);
    assign(expr.value);
    if (!fixed) {
      this.line('} else {');
      assign(expr.otherwise);
    }
    this.line('}');
    return name;
  }

  private dimension(expr: Extract<Expr, { kind: 'size' }>): string {
    const value = dim.constant(expr.dim);
    if (value !== undefined) return String(value);
    const [symbol] = dim.symbols(expr.dim);
    const linear = dim.linear(expr.dim, symbol);
    if (!linear) throw new Error(`the dimension ${dim.show(expr.dim)} is not linear in the batch`);
    const scaled = linear.perSample === 1 ? 'i32(uniforms.n)' : `(i32(uniforms.n) * ${linear.perSample})`;
    return linear.fixed === 0 ? scaled : `(${scaled} + ${linear.fixed})`;
  }
}

function literal(type: ScalarType, value: number): string {
  if (type === 'bool') return value === 0 ? 'false' : 'true';
  if (type === 'i32') return value < 0 ? `(${value})` : String(value);
  return floatLiteral(value);
}
