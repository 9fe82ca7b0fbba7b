// Copies the standard library's `.net` sources beside the compiled JavaScript, where the command line looks for them.
import { cpSync, readdirSync } from 'node:fs';

const from = new URL('./', import.meta.url);
const to = new URL('../../dist/compiler/std/', import.meta.url);
for (const file of readdirSync(from)) if (file.endsWith('.net')) cpSync(new URL(file, from), new URL(file, to));
