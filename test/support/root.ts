/** Where the repository lies. */
import { fileURLToPath } from 'node:url';

/** Its folder, with a slash at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
