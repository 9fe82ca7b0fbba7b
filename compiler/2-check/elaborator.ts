/** Puts the checker's parts together; the parts know each other only through the `Checker` interface. */
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { evaluateCall } from './calls.ts';
import { evaluate } from './expressions.ts';
import type { ModuleScope } from './modules.ts';
import type { Observer } from './observer.ts';
import { elementwise, intrinsic } from './operators.ts';
import type { Reporter } from './report.ts';
import type { Checker } from './site.ts';
import { applyStage } from './stages.ts';
import { evaluateBlock } from './statements.ts';
import { evaluateType } from './types.ts';

export function createChecker(
  library: readonly ModuleScope[],
  reporter: Reporter,
  observer: Observer | undefined,
): Checker {
  const files = new Set<SourceFile>(library.map((module) => module.source.file));
  return {
    reporter,
    observer,
    constants: new Map(),
    used: new Set(),
    isLibrary: (file) => files.has(file),
    evaluate,
    evaluateBlock,
    applyStage,
    evaluateCall,
    elementwise,
    intrinsic,
    evaluateType,
  };
}
