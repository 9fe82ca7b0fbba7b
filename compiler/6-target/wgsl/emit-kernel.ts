/**
 * Prints a scheduled kernel as one WGSL module: an invocation per work item, storage buffers in binding order, the
 * uniform block last. Names follow the source so that the text can be read.
 */

import { teamName } from '../../../runtime/program.ts';
import type { Tensor } from '../../5-loop/kernel.ts';
import { LANES } from '../../5-loop/lanes.ts';
import { WORKGROUP } from '../../5-loop/teams.ts';
import type { GridAxis, LoopTree, Section, Statement } from '../../5-loop/tree.ts';
import type { Expr } from '../../ops/expr.ts';
import type { Bindings } from '../bindings.ts';
import { accessesOf } from './accesses.ts';
import { ExpressionPrinter } from './emit-expression.ts';
import { addedTo, gatherSums } from './gather-sums.ts';
import { helpersOf } from './helpers.ts';
import { TeamSums } from './team-sums.ts';

const STORAGE_TYPE = { f32: 'f32', i32: 'i32', u8: 'u32' } as const;

export function emitWgsl(
  label: string,
  parts: readonly WgslPart[],
  tensors: ReadonlyMap<number, Tensor>,
  bindings: Bindings,
  uniforms: readonly string[],
): string {
  const accesses = accessesOf(
    parts.map(({ tree }) => tree),
    bindings.indexOf,
  );
  const printer = new WgslPrinter(tensors, bindings, accesses);
  const { functions, main } = printer.print(parts);
  const fields = ['n: u32', ...uniforms.map((name) => `${name}: f32`)];
  const variables = bindings.list.map(({ name, element, access, end }, i) => {
    const lanes = accesses.fours.has(i) ? LANES : 1;
    const type = lanes > 1 ? `vec4<${STORAGE_TYPE[element]}>` : STORAGE_TYPE[element];
    // Where the length is known, the check that WebGPU makes of each index is a comparison with a number.
    const sized = end !== undefined && end % lanes === 0 && element !== 'u8';
    return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${sized ? `${type}, ${end / lanes}` : type}>;`;
  });
  return [
    `// ${label}`,
    `struct Uniforms { ${fields.join(', ')} }`,
    ...variables,
    `@group(0) @binding(${bindings.list.length}) var<uniform> uniforms: Uniforms;`,
    '',
    ...parts.flatMap(({ number, tree }) => (tree.team > 1 ? [`override ${teamName(number)}: i32 = 1;`] : [])),
    ...printer.sums.declarations(),
    ...helpersOf(printer.functions),
    ...functions,
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,',
    '        @builtin(local_invocation_index) invocation: u32) {',
    ...main,
    '}',
    '',
  ].join('\n');
}

/** What a dispatch holds side by side. */
export interface WgslPart {
  /** Its place among the kernel's parts. */
  readonly number: number;
  readonly label: string;
  readonly tree: LoopTree;
}

class WgslPrinter extends ExpressionPrinter {
  readonly sums = new TeamSums();
  /** Whether the part that is being printed has added up something before. */
  private joined = false;

  /** The functions before `main`, and its body. */
  print(parts: readonly WgslPart[]): { functions: string[]; main: string[] } {
    const number = 'i32(group.y * groups.x + group.x)';
    const [first, ...others] = parts;
    // The CPU alone has a use for the dispatch.
    if (!first) return { functions: [], main: [] };
    if (others.length === 0) {
      this.line(`let number = ${number};`);
      this.items(first);
      return { functions: [], main: this.taken() };
    }
    // The parts side by side: each has whole workgroups, so that those of one group agree on where they go.
    parts.forEach((part, i) => {
      this.lines.push(`// ${part.label}`, `fn part${i}(number: i32, invocation: u32) {`);
      this.block(() => this.items(part));
      this.lines.push('}');
    });
    const functions = this.taken();
    this.line(`var number = ${number};`);
    parts.forEach((part, i) => {
      const groups = this.groupsOf(part);
      const last = i === parts.length - 1;
      this.line(`if (number < ${groups}) { part${i}(number, invocation);${last ? '' : ' return;'} }`);
      if (!last) this.line(`number -= ${groups};`);
    });
    return { functions, main: this.taken() };
  }

  private taken(): string[] {
    return this.lines.splice(0);
  }

  /** How many workgroups a part has. */
  private groupsOf({ number, tree }: WgslPart): string {
    const { tasks, grid, workgroup, team } = tree;
    if (workgroup) return this.countOf(grid);
    const { count, block } = tasks;
    const items = block === 0 ? String(count) : this.countOf(grid);
    if (team > 1) return `(${items} * ${teamName(number)} + ${WORKGROUP - 1}) / ${WORKGROUP}`;
    return block === 0 ? String(Math.ceil(count / WORKGROUP)) : `(${items} + ${WORKGROUP - 1}) / ${WORKGROUP}`;
  }

  private countOf(grid: readonly GridAxis[]): string {
    const extents = grid.map(({ extent }) => this.expression(extent)).filter((extent) => extent !== '1');
    return extents.length > 0 ? extents.join(' * ') : '1';
  }

  private items({ number, tree }: WgslPart): void {
    const { grid } = tree;
    if (tree.team > 1) {
      this.teamItems(tree, teamName(number));
      return;
    }
    if (!tree.workgroup) this.line(`let item = number * ${WORKGROUP} + i32(invocation);`);
    const item = tree.workgroup ? 'number' : 'item';
    this.line(`if (${item} >= ${this.countOf(grid)}) { return; }`);
    this.decode(item, grid);
    for (const section of tree.sections) {
      this.section = section;
      if (section.waits) this.line('storageBarrier();');
      this.statements(section.prologue);
      if (tree.workgroup) this.divided(section);
      else this.statements(section.body);
    }
  }

  /**
   * A work item is a team's. Neighbouring invocations have neighbouring items. All of a workgroup's come by each barrier:
   * those that are left over do the last item once more. After the last sum the first member goes on alone.
   */
  private teamItems({ grid, tasks, sections }: LoopTree, team: string): void {
    const count = this.countOf(grid);
    const filled = tasks.block === 0 && tasks.count % WORKGROUP === 0;
    this.line(`let team = ${team};`);
    this.line(`let each = ${WORKGROUP} / team;`);
    // Where nothing is shared it is known to be 0, and all invocations' loops to run alike.
    this.line('let member = select(i32(invocation) / each, 0, team == 1);');
    this.line('let own = i32(invocation) % each;');
    this.line('let place = number * each + own;');
    this.line(`let item = ${filled ? 'place' : `min(place, ${count} - 1)`};`);
    this.decode('item', grid);
    this.joined = false;
    for (const section of sections) {
      this.section = section;
      const all = [...section.prologue, ...section.body];
      const alone = all.findLastIndex(({ kind }) => kind === 'join') + 1;
      this.statements(all.slice(0, alone));
      this.line(`if (member > 0${filled ? '' : ` || place >= ${count}`}) { return; }`);
      this.statements(all.slice(alone));
    }
  }

  /** What the invocations of a workgroup do of a section together. */
  private divided({ spread, body }: Section): void {
    const count = this.countOf(spread);
    this.line(
      count === '1'
        ? 'if (invocation == 0) {'
        : `for (var item = i32(invocation); item < ${count}; item += ${WORKGROUP}) {`,
    );
    this.indented(() => {
      this.decode('item', spread);
      this.statements(body);
    });
    this.line('}');
  }

  /** The axes' values, of their number in row-major order. */
  private decode(number: string, grid: readonly GridAxis[]): void {
    let rest = number;
    for (let i = grid.length - 1; i >= 0; i--) {
      const { axis } = grid[i];
      const extent = this.expression(grid[i].extent);
      if (extent === '1') this.line(`let ${axis.id} = 0;`);
      else if (i === 0) this.line(`let ${axis.id} = ${rest};`);
      else {
        this.line(`let ${axis.id} = ${rest} % ${extent};`);
        this.line(`let rest${i} = ${rest} / ${extent};`);
        rest = `rest${i}`;
      }
    }
  }

  private statements(list: readonly Statement[]): void {
    for (const statement of gatherSums(list)) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'loop': {
        const { by, axis } = statement;
        const { id } = axis;
        const from = statement.from ? this.bare(statement.from) : '0';
        const step = by ? ` += ${this.bare(by)}` : '++';
        this.line(`for (var ${id} = ${from}; ${id} < ${this.bare(statement.extent)}; ${id}${step}) {`);
        this.indented(() => this.statements(statement.body));
        this.line('}');
        return;
      }
      case 'let':
        this.line(`let ${statement.name} = ${this.bare(statement.value)};`);
        return;
      case 'var': {
        const vector = this.section.vectors.has(statement.name);
        this.declareChanging(statement.name);
        this.line(`var ${statement.name} = ${vector ? this.asVector(statement.value) : this.bare(statement.value)};`);
        return;
      }
      case 'set':
        this.set(statement.name, statement.value);
        return;
      case 'if':
        this.line(`if (${this.bare(statement.condition)}) {`);
        this.indented(() => this.statements(statement.then));
        if (statement.otherwise.length > 0) {
          this.line('} else {');
          this.indented(() => this.statements(statement.otherwise));
        }
        this.line('}');
        return;
      case 'store':
        this.store(statement.tensor, statement.address, statement.value);
        return;
      case 'join':
        this.join(statement.sums);
    }
  }

  private join(names: readonly string[]): void {
    const { vectors } = this.section;
    for (const text of this.sums.join(names, (name) => vectors.has(name), this.joined)) this.line(text);
    this.joined = true;
  }

  private set(name: string, value: Expr): void {
    const summand = addedTo({ name, value });
    if (summand) this.line(`${name} += ${this.bare(summand)};`);
    else this.line(`${name} = ${this.bare(value)};`);
  }
}
