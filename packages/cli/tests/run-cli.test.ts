import picocolors from 'picocolors';
import { expect, it, vi } from 'vitest';
import { runCli, type Terminal } from '../src/index.ts';

vi.mock('../src/base/node-check.ts', async (original) => {
  const { nodeCheck } = await original<typeof import('../src/base/node-check.ts')>();
  return { nodeCheck: () => nodeCheck(old ? '20.20.2' : '24.21.0') };
});
let old = false;

/** Runs a command that meets an error which nobody foresaw, and gives what is said of it. */
async function failing(): Promise<string> {
  let said = '';
  const terminal = {
    env: {},
    errorColours: picocolors.createColors(false),
    write: () => {
      throw new TypeError('unforeseen');
    },
    warn: (text: string) => {
      said += text;
    },
  };
  expect(await runCli(['catalog', 'search', 'summarize'], terminal as unknown as Terminal)).toBe(2);
  return said;
}

it('An error that nobody foresaw is a bug, unless Node is too old: then that is said, and what to do.', async () => {
  expect(await failing()).toContain('This is a bug');
  old = true;
  const said = await failing();
  expect(said).toContain('This is Node 20.20.2');
  expect(said).toContain('npm install --global node@24');
  expect(said).not.toContain('bug');
});
