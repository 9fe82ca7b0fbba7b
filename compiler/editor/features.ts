/** Everything that the server can do beside diagnostics. */
import { codeActions } from './code-actions.ts';
import { codeLens } from './code-lens.ts';
import { completion } from './completion.ts';
import { definition } from './definition.ts';
import type { Feature } from './feature.ts';
import { folding } from './folding.ts';
import { formatting } from './formatting.ts';
import { hover } from './hover.ts';
import { inlayHints } from './inlay-hints.ts';
import { references } from './references.ts';
import { rename } from './rename.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { signatureHelp } from './signature-help.ts';
import { symbols } from './symbols.ts';

export const features: readonly Feature[] = [
  codeActions,
  hover,
  inlayHints,
  definition,
  references,
  rename,
  symbols,
  formatting,
  folding,
  semanticTokens,
  completion,
  signatureHelp,
  codeLens,
];
