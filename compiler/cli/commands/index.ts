/** The commands by name. Each is loaded when it is wanted, so that `netc --version` starts at once. */
import type { Command } from '../command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  compile: async () => (await import('./compile.ts')).compileCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  summary: async () => (await import('./summary.ts')).summaryCommand,
  kernels: async () => (await import('./kernels.ts')).kernelsCommand,
  tune: async () => (await import('./tune.ts')).tuneCommand,
  train: async () => (await import('./train.ts')).trainCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  weights: async () => (await import('./weights.ts')).weightsCommand,
  plot: async () => (await import('./plot.ts')).plotCommand,
  init: async () => (await import('./init.ts')).initCommand,
  fmt: async () => (await import('./fmt.ts')).fmtCommand,
  lsp: async () => (await import('./lsp.ts')).lspCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
};

export async function findCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(commands, name) ? await commands[name]?.() : undefined;
}
