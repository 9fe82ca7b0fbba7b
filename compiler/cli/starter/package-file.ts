/**
 * Whether a new project needs a package.json, for `npx netc` to work there and `netc/runtime` to be found, and what is in
 * it. Looks at folders, and writes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { packageRoot, version } from '../version.ts';

/** True below this package's own folder, and below a folder that has it installed. */
export function hasNetc(folder: string): boolean {
  const at = resolve(folder);
  if (existsSync(join(at, 'node_modules', 'netc')) || packageName(at) === 'netc') return true;
  return dirname(at) !== at && hasNetc(dirname(at));
}

function packageName(folder: string): unknown {
  try {
    const description: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof description === 'object' && description !== null && 'name' in description
      ? description.name
      : undefined;
  } catch {
    return undefined;
  }
}

/** What npm installs: the published version, or the folder of a netc that was not installed but built from its sources. */
export function netcDependency(folder: string): string {
  const root = packageRoot();
  const installed = root.split(sep).includes('node_modules');
  return installed ? `^${version()}` : `file:${relative(resolve(folder), root).split(sep).join('/')}`;
}

/** The text of package.json for a project in the folder. */
export function packageFile(project: string, folder: string): string {
  const description = {
    name: project.toLowerCase(),
    private: true,
    type: 'module',
    scripts: { train: `netc train ${project}.net` },
    dependencies: { netc: netcDependency(folder) },
  };
  return `${JSON.stringify(description, null, 2)}\n`;
}
