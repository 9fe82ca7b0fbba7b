/** A module's plan as text: buffers with their sizes, dispatch lists. For `--print-after plan` and golden pages. */
import type { ModuleSpec, ProgramSpec, Size, TaskCount } from '../../runtime/program.ts';

export function printPlan(spec: ModuleSpec): string {
  const buffers = spec.buffers.map(
    ({ name, role, element, size }) => `  ${role} ${name}: ${element}[${showSize(size)}]`,
  );
  const programs = Object.entries(spec.programs)
    .filter(([, program]) => program.kernels.length > 0)
    .flatMap(([name, program]) => [`${name}: ${program.kernels.length} dispatches`, ...dispatches(spec, program)]);
  return ['buffers:', ...buffers, ...programs].join('\n');
}

function dispatches(spec: ModuleSpec, program: ProgramSpec): string[] {
  return program.kernels.map((index) => {
    const kernel = spec.kernels[index];
    const bound = kernel.buffers.map(
      ({ buffer, access }) => `${access === 'read' ? '' : '>'}${spec.buffers[buffer].name}`,
    );
    const parts = kernel.parts.map(
      ({ label, tasks, invocations, team }) =>
        `    ${label}  ${showTasks(tasks)} items, ${showTasks(invocations)} invocations${team > 1 ? ` in teams of up to ${team}` : ''}`,
    );
    return [`  ${kernel.name}  [${bound.join(', ')}]`, ...parts].join('\n');
  });
}

function showSize({ fixed, perSample }: Size): string {
  if (perSample === 0) return String(fixed);
  return fixed === 0 ? `${perSample} N` : `${fixed} + ${perSample} N`;
}

function showTasks({ count, block }: TaskCount): string {
  if (block === 0) return String(count);
  return block === 1 ? `${count} N` : `${count} ceil(N / ${block})`;
}
