/** Puts the checker's parts together; the parts know each other only through the `Checker` interface. */
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { evaluateCall } from './calls.ts';
import { evaluate } from './expressions.ts';
import type { BodyMemo } from './memo.ts';
import type { ModuleScope } from './modules.ts';
import type { Observer } from './observer.ts';
import { elementwise, intrinsic } from './operators.ts';
import type { Reporter } from './report.ts';
import type { Checker } from './site.ts';
import { applyStage } from './stages.ts';
import { evaluateBlock } from './statements.ts';
import { evaluateType } from './types.ts';

/** What an editor adds to a check. */
export interface CheckOptions {
  readonly observer?: Observer;
  /** Bodies of the library elaborated in earlier checks. */
  readonly memo?: BodyMemo;
}

export function createChecker(
  library: readonly ModuleScope[],
  reporter: Reporter,
  { observer, memo }: CheckOptions,
): Checker {
  const files = new Set<SourceFile>(library.map((module) => module.source.file));
  return {
    reporter,
    observer,
    memo,
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
