/** Generated TypeScript as JavaScript that runs: types erased, the runtime that this command belongs to linked in. */
import { type EmitOptions, type EmittedFile, type EmitUnit, emit } from '../7-emit/index.ts';

export const RUNTIME = new URL(`../../runtime/index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  .href;

/** The same files that `netc FILE` writes, as scripts. */
export async function emitScripts(units: readonly EmitUnit[], options: EmitOptions): Promise<EmittedFile[]> {
  const [files, { ts }] = await Promise.all([emit(units, { ...options, kernels: 'javascript' }), import('ts-morph')]);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  return files.map(({ path, text }) => {
    if (path.endsWith('.js')) return { path, text };
    const { outputText } = ts.transpileModule(text, { compilerOptions });
    const linked = outputText
      .replaceAll("from 'netc/runtime'", `from ${JSON.stringify(RUNTIME)}`)
      .replace(/(from '\.\/[^']+)\.ts'/g, "$1.js'");
    return { path: path.replace(/\.ts$/, '.js'), text: linked };
  });
}
