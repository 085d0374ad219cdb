import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wcp } from '../../support/support.ts';

const PORT = join(import.meta.dirname, '../../../../conformance/ports/python/wcp_port.py');

const python = spawnSync('python3', ['--version']).status === 0 ? pythonProgram() : null;

/** Where python3 is: a process of a test gets no other PATH. */
function pythonProgram(): string {
  return spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).stdout.trim();
}

test.skipIf(python === null)(
  `The port in Python passes all of WCP-Full${python === null ? ' (skipped: python3 is not on this machine)' : ''}.`,
  async () => {
    const { code, out } = await wcp(['conformance', 'run', '--level', 'full', '--', python as string, PORT]);
    expect(code, out.slice(0, 4000)).toBe(0);
    expect(out).toContain('0 unexpected');
    expect(out).not.toMatch(/[1-9][0-9]* skipped/);
  },
  600_000,
);
