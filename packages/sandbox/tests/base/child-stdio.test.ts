import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const HOST = fileURLToPath(new URL('../support/inheriting-host.ts', import.meta.url));
/** Node closes what it inherited up to here by itself. */
const FD = 40;

/** What each way to start a program lets it see of a descriptor that this process's parent left open. */
async function seenBy(...args: readonly string[]): Promise<Record<string, string>> {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-descriptor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'lock'), 'the lock of whoever started it');
  const file = openSync(join(dir, 'lock'), 'r');
  const gaps = Array.from({ length: FD - 3 }, () => 'ignore' as const);
  const child = spawn(process.execPath, ['--no-warnings', HOST, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', ...gaps, file],
  });
  closeSync(file);
  let said = '';
  child.stdout?.on('data', (chunk) => (said += chunk));
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(said);
}

describe.runIf(process.platform === 'linux')('a descriptor that somebody else left open', () => {
  test('No program gets it, whichever way it is started; the plain way of Node hands it on.', async () => {
    const seen = await seenBy();
    expect(seen['plain']).toContain('/lock');
    expect(Object.keys(seen).sort()).toEqual(['child', 'declared', 'output', 'plain']);
    for (const way of ['child', 'output', 'declared']) expect([way, seen[way]]).toEqual([way, '']);
  });
});
