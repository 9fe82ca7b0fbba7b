/** What is reported when netc itself fails: a message, never a stack trace. */
import { afterAll, expect, test, vi } from 'vitest';
import { findCommand } from '../../compiler/cli/commands/index.ts';
import { command } from './in-process.ts';

const check = await findCommand('check');
if (!check) throw new Error('there is no command check');
const broken = vi.spyOn(check, 'run');
broken.mockRejectedValue(new TypeError("Cannot read properties of undefined (reading 'x')"));
afterAll(() => broken.mockRestore());

test('a defect is owned up to, with status 70', async () => {
  const { status, stdout, stderr } = await command('check', 'x.net');
  expect(stderr).toMatch(/^netc has a bug: Cannot read properties of undefined \(reading 'x'\)\n/);
  expect(stderr).toContain('Please report it');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  expect(status).toBe(70);
});

test('NETC_TRACE adds the stack for developers', async () => {
  vi.stubEnv('NETC_TRACE', '1');
  expect((await command('check', 'x.net')).stderr).toMatch(/^\s+at /m);
  vi.unstubAllEnvs();
});
