/** Brings the packages of test/bench/ and the built compiler up to date, before anything is measured. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './compile.ts';
import type { Report } from './rounds.ts';

const run = promisify(execFile);
const npm = (...argv: readonly string[]) => run('npm', argv, { cwd: root, maxBuffer: 2 ** 26 });

/** Installs the peers unless these very versions are there. Without a network the bench goes on without them. */
export async function installPeers(report: Report): Promise<void> {
  const folder = join(root, 'test/bench');
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const note = join(folder, 'node_modules/.installed.json');
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return;
  report('installing the peers in test/bench (500 MB)');
  try {
    await npm('ci', '--prefix', folder);
    writeFileSync(note, wanted);
  } catch (error) {
    report(`the peers could not be installed, so they are left out: ${error instanceof Error ? error.message : error}`);
  }
}

export async function buildNetc(report: Report): Promise<void> {
  report('building netc');
  await npm('run', '-s', 'build');
}
