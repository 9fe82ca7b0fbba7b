/** E06xx: weights and the limits of devices. */
import type { Entry } from './entry.ts';

export const limits = {} as const satisfies Record<`E06${number}`, Entry>;
