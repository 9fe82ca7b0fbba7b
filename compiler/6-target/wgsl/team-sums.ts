/**
 * How a team's invocations add up what each has (`5-loop/teams.ts`), as text: all put it into memory that the workgroup
 * shares; each adds up some of the sums; all take the results. Every invocation of a workgroup must come by: the barriers
 * have to be in uniform control flow. How many members a team has is a constant of the pipeline, the runtime's to set.
 */

import { LANES } from '../../5-loop/lanes.ts';
import { WORKGROUP } from '../../5-loop/teams.ts';

const barrier = 'workgroupBarrier();';

/** Numbers of each invocation that are shared at a time: 8 KiB of a workgroup, twice in a kernel with vectors and without. */
const AT_A_TIME = 32;

/** The arrays that the parts of one kernel share sums in: never at the same time, as each part has whole workgroups. */
export class TeamSums {
  /** Sums of one team at most: of numbers, and of vectors. */
  private readonly most = new Map([1, LANES].map((width) => [width, 0]));

  /** What adds up these accumulators; `again`: the part has added up others before. */
  join(names: readonly string[], isVector: (name: string) => boolean, again: boolean): string[] {
    const portions = [1, LANES].flatMap((width) =>
      inPortions(
        names.filter((name) => isVector(name) === width > 1),
        AT_A_TIME / width,
      ).map((portion) => ({ width, portion })),
    );
    // What was shared before has been taken by then.
    const lines = portions.flatMap(({ width, portion }, i) => [
      ...(again || i > 0 ? [barrier] : []),
      ...this.joinPortion(portion, width),
    ]);
    return ['if (team > 1) {', ...lines.map((line) => `  ${line}`), '}'];
  }

  private joinPortion(names: readonly string[], width: number): string[] {
    const array = arrayOf(width);
    this.most.set(width, Math.max(this.most.get(width) ?? 0, names.length));
    return [
      ...names.map((name, i) => `${array}[${at(i, 'i32(invocation)')}] = ${name};`),
      barrier,
      ...totals(array, names.length),
      barrier,
      ...names.map((name, i) => `${name} = ${array}[${at(i, 'own')}];`),
    ];
  }

  /** The arrays' declarations. */
  declarations(): string[] {
    return [...this.most]
      .filter(([, count]) => count > 0)
      .map(([width, count]) => {
        const element = width === 1 ? 'f32' : `vec${width}<f32>`;
        return `var<workgroup> ${arrayOf(width)}: array<${element}, ${count * WORKGROUP}>;`;
      });
  }
}

const arrayOf = (width: number): string => (width === 1 ? 'shared1' : `shared${width}`);

/** Of sum `i`, the place of an invocation. */
const at = (i: number, invocation: string): string => (i === 0 ? invocation : `${i * WORKGROUP} + ${invocation}`);

function inPortions<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Each member adds up every so many-th sum of its team, in the order of the members, and leaves it where the first had its share. */
function totals(array: string, count: number): string[] {
  const start = count === 1 ? 'own' : `sum * ${WORKGROUP} + own`;
  return [
    count === 1 ? 'if (member == 0) {' : `for (var sum = member; sum < ${count}; sum += team) {`,
    `  var total = ${array}[${start}];`,
    `  for (var other = 1; other < team; other++) { total += ${array}[${start} + other * each]; }`,
    `  ${array}[${start}] = total;`,
    '}',
  ];
}
