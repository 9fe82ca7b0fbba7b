/** Everything that the server can do beside diagnostics. */
import { codeActions } from './code-actions.ts';
import type { Feature } from './feature.ts';

export const features: readonly Feature[] = [codeActions];
