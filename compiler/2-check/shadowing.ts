/** W0107: a declaration that takes the name of one of the library's, which the file can then no longer use. */
import type { ModuleScope } from './modules.ts';
import type { Reporter } from './report.ts';

const kinds: Readonly<Record<string, string>> = { fn: 'function', const: 'constant' };

export function warnShadowing(module: ModuleScope, reporter: Reporter): void {
  for (const declaration of module.source.declarations) {
    if (declaration.kind === 'import' || declaration.kind === 'train') continue;
    const { name, span } = declaration.name;
    const [hidden] = module.outer.get(name)?.declarations ?? [];
    if (!hidden) continue;
    reporter.report({
      code: 'W0107',
      message: `${name} hides the library's ${kinds[hidden.kind] ?? hidden.kind} ${name}`,
      span,
      label: `means this ${kinds[declaration.kind] ?? declaration.kind} in the whole file`,
      help: ['give it another name; if it is meant to take its place, write `// netc-allow: W0107` above'],
    });
  }
}
