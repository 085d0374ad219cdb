import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'wcp-killed-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'A referee that is ended by %s takes its port with it.',
  async (signal) => {
    const file = join(scratch, signal);
    const program = join(import.meta.dirname, 'killed-referee.mjs');
    const referee = spawn(process.execPath, [program], {
      env: { ...process.env, PID_FILE: file },
      stdio: 'ignore',
    });
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '').toBe(true);
    const port = Number(readFileSync(file, 'utf8'));
    expect(isAlive(port)).toBe(true);
    referee.kill(signal);
    expect(await once(referee, 'exit')).toEqual([null, signal]);
    await expect.poll(() => isAlive(port)).toBe(false);
  },
);

/** A killed process that nobody has waited for yet still takes signals, so its state is read. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
