import type { SourceModule } from './ast.ts';
export const printModule = (m: SourceModule): string => JSON.stringify(m.declarations.map((d) => d.kind));
