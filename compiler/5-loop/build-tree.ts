/** Applies a schedule to a nest: blocks, tiles, tails, loops. The result is what a target prints. */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply } from '../ops/lowering.ts';
import { tensorOf } from './address.ts';
import { ReductionBinder } from './bind-reductions.ts';
import { TileBinder } from './bind-tile.ts';
import { isRepeated, type Repeat } from './dispatch.ts';
import { type Appending, type Kernel, type Tensor, tensorsOf } from './kernel.ts';
import { LANES, type Target } from './lanes.ts';
import type { Schedule } from './schedule.ts';
import { Names, Scope } from './scope.ts';
import { simplify } from './simplify.ts';
import { countTasks, extentExpr, type TaskCount } from './tasks.ts';
import { tilePoints } from './tile.ts';
import type { GridAxis, LoopTree, Section, Statement } from './tree.ts';
import { axisExpr, dependsOn, intExpr, keyOf, substituteAxes } from './walk.ts';

/** The variable over the four lanes of a vector. */
const LANE: Axis = { id: 'lane', extent: dim.int(LANES) };

/** A nest and its schedule. */
export interface Scheduled {
  readonly kernel: Kernel;
  readonly schedule: Schedule;
}

/** Loops around nests that are not their own. */
export interface Around {
  /** Runs around all work items of a thread. */
  readonly outer: GridAxis | undefined;
  /** Runs, inside a work item, around some of the nests. */
  readonly repeat: Repeat | undefined;
  /** WGSL: a work item is a workgroup's, whose invocations divide the serial axes of each nest among them. */
  readonly workgroup: boolean;
}

export const NOTHING_AROUND: Around = { outer: undefined, repeat: undefined, workgroup: false };

/** The tree of one nest, or of several whose schedules have the same grid. */
export function buildTree(
  nests: readonly Scheduled[],
  tensors: ReadonlyMap<number, Tensor>,
  target: Target,
  { outer, repeat, workgroup }: Around = NOTHING_AROUND,
): LoopTree {
  const names = new Names();
  const builders = nests.map((nest) => new TreeBuilder(nest, tensors, target, names));
  const [first] = builders;
  const waiting = workgroup ? barriersIn(nests.map(({ kernel }) => kernel)) : new Set<number>();
  return {
    outer,
    grid: first.grid(),
    tasks: first.tasks(),
    workgroup,
    ...first.teams,
    repeat: repeat && { ...repeat, extent: extentExpr(repeat.axis.extent) },
    sections: builders.map((builder, i) =>
      builder.section({
        around: [outer?.axis, repeat && isRepeated(repeat, i) ? repeat.axis : undefined].flatMap((axis) => axis ?? []),
        spread: workgroup,
        waits: waiting.has(i),
        handsOn: target === 'wasm' && nests.length > 1,
      }),
    ),
  };
}

/** The nests that must wait until all invocations are done with those before: as few as will do. */
function barriersIn(nests: readonly Kernel[]): Set<number> {
  const waiting = new Set<number>();
  let since = 0;
  nests.forEach((nest, i) => {
    if (!nests.slice(since, i).some((earlier) => handsOn(earlier, nest))) return;
    waiting.add(i);
    since = i;
  });
  return waiting;
}

/** True where the later nest reads what the earlier one writes. */
function handsOn(earlier: Kernel, later: Kernel): boolean {
  const { writes } = tensorsOf(earlier);
  return tensorsOf(later).reads.some((id) => writes.includes(id));
}

interface Surroundings {
  readonly around: readonly Axis[];
  readonly spread: boolean;
  readonly waits: boolean;
  readonly handsOn: boolean;
}

class TreeBuilder {
  private readonly kernel: Kernel;
  private readonly schedule: Schedule;
  private readonly target: Target;
  private readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly vector: boolean;
  private readonly binder: ReductionBinder;

  constructor(nest: Scheduled, tensors: ReadonlyMap<number, Tensor>, target: Target, names: Names) {
    this.kernel = nest.kernel;
    this.schedule = nest.schedule;
    this.target = target;
    this.tensors = tensors;
    this.vector = nest.schedule.lane !== undefined;
    const lane = this.vector ? LANE : undefined;
    this.binder =
      target === 'wasm'
        ? new ReductionBinder(tensors, lane, names)
        : new TileBinder(tensors, lane, names, nest.schedule);
  }

  get teams(): Pick<Schedule, 'team' | 'spread'> {
    const { team, spread } = this.schedule;
    return { team, spread };
  }

  grid(): GridAxis[] {
    return this.schedule.grid.map((id) => this.gridAxis(this.axis(id)));
  }

  tasks(): TaskCount {
    return countTasks(this.schedule.grid.map((id) => ({ extent: this.axis(id).extent, block: this.blockOf(id) })));
  }

  /**
   * `around`: the axes of loops outside of it that are not the grid's; `spread`: its serial axes are no loops; `handsOn`: what is
   * read is read in each work item, where another nest may have written it into memory of the thread's own.
   */
  section({ around, spread, waits, handsOn }: Surroundings): Section {
    const prologue = new Scope(undefined, []);
    const own = spread ? this.schedule.serial.map((id) => this.gridAxis(this.axis(id))) : [];
    const item = new Scope(
      prologue,
      [...this.grid(), ...own].map(({ axis }) => axis.id).concat(around.map(({ id }) => id)),
      handsOn,
    );
    if (this.kernel.appending) this.clear(this.kernel.appending.counts, item);
    this.serialLoops(spread ? [] : this.schedule.serial, item, this.kernel.where);
    return {
      prologue: prologue.statements,
      spread: own,
      waits,
      body: item.statements,
      lane: this.vector ? LANE : undefined,
      vectors: this.binder.vectors,
    };
  }

  private axis(id: string): Axis {
    const axis = this.kernel.axes.find((a) => a.id === id);
    if (!axis) throw new Error(`the schedule names an axis ${id} that the kernel "${this.kernel.label}" lacks`);
    return axis;
  }

  /** How many elements of an axis one step of its loop covers. */
  private blockOf(id: string): number {
    if (this.schedule.lane?.axis === id) return this.schedule.lane.width;
    return this.schedule.registers.find(({ axis }) => axis === id)?.tile ?? 1;
  }

  private blockAxis(axis: Axis): Axis {
    const block = this.blockOf(axis.id);
    return block === 1 ? axis : { id: `${axis.id}b`, extent: dim.ceilDiv(axis.extent, dim.int(block)) };
  }

  private gridAxis(axis: Axis): GridAxis {
    return { axis: this.blockAxis(axis), extent: this.extentOf(axis) };
  }

  private extentOf(axis: Axis): Expr {
    const block = this.blockOf(axis.id);
    const extent = dim.constant(axis.extent);
    if (extent !== undefined) return intExpr(Math.ceil(extent / block));
    const padded = sum(size(axis.extent), intExpr(block - 1));
    return block === 1 ? extentExpr(axis.extent) : quotient(padded, block);
  }

  /** `where`: the nest's condition, as long as it is not tested. */
  private serialLoops(ids: readonly string[], scope: Scope, where: Expr | undefined): void {
    if (where && !ids.some((id) => dependsOn(where, this.axis(id)))) {
      const [condition] = this.binder.bind([this.ofTile(where)], scope);
      const inside = new Scope(scope, [], true);
      this.serialLoops(ids, inside, undefined);
      scope.statements.push({ kind: 'if', condition, then: inside.statements, otherwise: [] });
      return;
    }
    const [id, ...rest] = ids;
    if (id === undefined) {
      this.tile(scope);
      return;
    }
    const axis = this.axis(id);
    const block = this.blockAxis(axis);
    const inside = new Scope(scope, [block.id]);
    this.serialLoops(rest, inside, where);
    scope.statements.push({ kind: 'loop', axis: block, extent: this.extentOf(axis), body: inside.statements });
  }

  /** The condition of a tile's first element. What it is for holds for all up to some place: others' results are not used. */
  private ofTile(where: Expr): Expr {
    const firsts = this.schedule.registers.map(({ axis, tile }): [string, Expr] => [
      axis,
      product(axisExpr(this.blockAxis(this.axis(axis))), tile),
    ]);
    return substituteAxes(where, new Map(firsts));
  }

  /** Zeros all elements of a tensor whose size is known. */
  private clear(id: number, scope: Scope): void {
    const tensor = tensorOf(this.tensors, id);
    const extent = dim.product(tensor.shape);
    const element: Axis = { id: 'list', extent };
    const body: Statement[] = [
      { kind: 'store', tensor: id, address: sum(axisExpr(element), intExpr(tensor.layout.offset)), value: intExpr(0) },
    ];
    scope.statements.push({ kind: 'loop', axis: element, extent: size(extent), body });
  }

  /** Stores behind the end of a list, which is moved where that holds. */
  private append({ counts, when }: Appending, scope: Scope): void {
    const { stores } = this.kernel;
    const values = this.binder.bind([...stores.map(({ value }) => value), apply('to_i32', when)], scope, true);
    const [{ indices }] = stores;
    const address = this.binder.address(counts, indices, scope);
    const count = this.binder.letIn(scope, 'count', { kind: 'load', type: 'i32', tensor: counts, indices: [address] });
    const appended = stores.map(
      ({ tensor }, i): Statement => ({
        kind: 'store',
        tensor,
        address: this.binder.address(tensor, [...indices, count], scope),
        value: values[i],
      }),
    );
    const next = sum(count, values[stores.length]);
    scope.statements.push(...appended, { kind: 'store', tensor: counts, address, value: next });
  }

  private tile(scope: Scope): void {
    if (this.kernel.appending) this.append(this.kernel.appending, scope);
    else if (this.target === 'wgsl') this.tileOfSeveralAxes(scope);
    else this.rowTile(scope);
  }

  /** Tiles along any number of axes, all of the same size (`tile.ts`). */
  private tileOfSeveralAxes(scope: Scope): void {
    const rows = this.schedule.registers.reduce<Row[]>(
      (all, register) => {
        const axis = this.axis(register.axis);
        const points = tilePoints(axis, this.blockAxis(axis), register.tile);
        return all.flatMap((row) =>
          points.map(({ index, condition }) => ({
            at: new Map([...row.at, [axis.id, index]]),
            conditions: condition ? [...row.conditions, condition] : row.conditions,
          })),
        );
      },
      [{ at: new Map(), conditions: [] }],
    );
    this.rows(rows, scope);
  }

  /** A whole register tile where it fits, row by row where the axis ends inside it. */
  private rowTile(scope: Scope): void {
    const [register] = this.schedule.registers;
    if (!register) {
      this.rows([{ at: new Map(), conditions: [] }], scope);
      return;
    }
    const axis = this.axis(register.axis);
    const rowAt = (index: Expr): Row => ({ at: new Map([[axis.id, index]]), conditions: [] });
    const first = product(axisExpr(this.blockAxis(axis)), register.tile);
    const tileAt = (start: Expr): Row[] =>
      Array.from({ length: register.tile }, (_, row) => rowAt(sum(start, intExpr(row))));
    const extent = dim.constant(axis.extent);
    if (extent !== undefined && (extent % register.tile === 0 || register.overlap)) {
      this.rows(tileAt(extent % register.tile === 0 ? first : this.within(first, axis, scope)), scope);
      return;
    }
    if (register.filled) {
      this.rows(tileAt(this.within(first, axis, scope)), scope);
      return;
    }
    const whole = new Scope(scope, [], true);
    this.rows(tileAt(register.overlap ? this.within(first, axis, whole) : first), whole);
    const partial = new Scope(scope, [], true);
    if (register.overlap) this.inPairs(axis, partial);
    else this.rowByRow(axis, register.tile, first, partial);
    scope.statements.push({
      kind: 'if',
      condition: {
        kind: 'apply',
        type: 'bool',
        fn: 'le',
        args: [register.overlap ? intExpr(register.tile) : sum(first, intExpr(register.tile)), size(axis.extent)],
      },
      then: whole.statements,
      otherwise: partial.statements,
    });
  }

  /**
   * An axis that is shorter than a tile, two elements at a time: that takes no longer than one, whose sums wait for each
   * other. An odd one's last element is computed twice.
   */
  private inPairs(axis: Axis, scope: Scope): void {
    const pair: Axis = { id: `${axis.id}p`, extent: dim.ceilDiv(axis.extent, dim.int(2)) };
    const inside = new Scope(scope, [pair.id]);
    const first = product(axisExpr(pair), 2);
    const second = this.atMost(sum(first, intExpr(1)), difference(size(axis.extent), intExpr(1)), inside);
    this.rows(
      [first, second].map((index) => ({ at: new Map([[axis.id, index]]), conditions: [] })),
      inside,
    );
    const extent = quotient(sum(size(axis.extent), intExpr(1)), 2);
    scope.statements.push({ kind: 'loop', axis: pair, extent, body: inside.statements });
  }

  private rowByRow(axis: Axis, tile: number, first: Expr, scope: Scope): void {
    const row: Axis = { id: `${axis.id}r`, extent: dim.int(tile) };
    const inside = new Scope(scope, [row.id]);
    this.rows([{ at: new Map([[axis.id, sum(first, axisExpr(row))]]), conditions: [] }], inside);
    const extent = difference(size(axis.extent), first);
    scope.statements.push({ kind: 'loop', axis: row, extent, body: inside.statements });
  }

  /** Where a tile begins, or so far before that it ends with the axis. */
  private within(first: Expr, axis: Axis, scope: Scope): Expr {
    return this.atMost(first, difference(size(axis.extent), intExpr(this.blockOf(axis.id))), scope);
  }

  private atMost(index: Expr, last: Expr, scope: Scope): Expr {
    const before: Expr = { kind: 'apply', type: 'bool', fn: 'lt', args: [index, last] };
    return this.binder.name(scope, { kind: 'apply', type: 'i32', fn: 'select', args: [before, index, last] });
  }

  /** Computes and stores the elements of one tile: every row by every column. */
  private rows(rows: readonly Row[], scope: Scope): void {
    const elements = rows.flatMap(({ at, conditions }) =>
      this.columns().flatMap((column) => {
        const { lane } = this.schedule;
        const replacements = column && lane ? new Map([...at, [lane.axis, column]]) : at;
        // A tile of several axes decides conditions that a variable could not.
        const replace = (expr: Expr): Expr => {
          const replaced = substituteAxes(expr, replacements);
          return this.target === 'wgsl' ? simplify(replaced) : replaced;
        };
        return this.kernel.stores.map((store) => ({
          tensor: store.tensor,
          indices: store.indices.map(replace),
          value: replace(store.value),
          conditions,
        }));
      }),
    );
    // With several results, all are computed before one is stored: a kernel may update what it reads.
    const values = this.binder.bind(
      elements.map((element) => element.value),
      scope,
      this.kernel.stores.length > 1,
    );
    const stores = elements.map(({ tensor, indices, conditions }, i) => {
      const address = this.binder.address(tensor, indices, scope);
      const before: Expr = { kind: 'load', type: 'f32', tensor, indices: [address] };
      const sum: Expr = { kind: 'apply', type: 'f32', fn: 'add', args: [values[i], before] };
      const value = this.kernel.adding ? sum : values[i];
      return { conditions, store: { kind: 'store' as const, tensor, address, value } };
    });
    scope.statements.push(...behindConditions(stores));
  }

  /** The lane axis's elements in a block, as vectors of four. */
  private columns(): (Expr | undefined)[] {
    const { lane } = this.schedule;
    if (!lane) return [undefined];
    const first = product(axisExpr(this.blockAxis(this.axis(lane.axis))), lane.width);
    return Array.from({ length: lane.width / LANES }, (_, v) => sum(sum(first, intExpr(v * LANES)), axisExpr(LANE)));
  }
}

/** A row of a tile: its index on each tiled axis, and what has to hold for it to be stored. */
interface Row {
  readonly at: ReadonlyMap<string, Expr>;
  readonly conditions: readonly Expr[];
}

/** The stores, those under the same conditions together. */
function behindConditions(stores: readonly { conditions: readonly Expr[]; store: Statement }[]): Statement[] {
  const groups = new Map<string, { conditions: readonly Expr[]; then: Statement[] }>();
  for (const { conditions, store } of stores) {
    const key = conditions.map(keyOf).join();
    const group = groups.get(key) ?? { conditions, then: [] };
    group.then.push(store);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ conditions, then }): Statement[] => {
    if (conditions.length === 0) return then;
    return [{ kind: 'if', condition: all(...conditions), then, otherwise: [] }];
  });
}

const size = (extent: Dim): Expr => ({ kind: 'size', type: 'i32', dim: extent });
const sum = (a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'i32', fn: 'add', args: [a, b] });
const difference = (a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'i32', fn: 'sub', args: [a, b] });
const quotient = (a: Expr, by: number): Expr => ({ kind: 'apply', type: 'i32', fn: 'idiv', args: [a, intExpr(by)] });
const product = (a: Expr, by: number): Expr => ({ kind: 'apply', type: 'i32', fn: 'mul', args: [a, intExpr(by)] });
