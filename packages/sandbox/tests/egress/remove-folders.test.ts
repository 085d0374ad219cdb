import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeAbandoned, removeSockets } from '../../src/egress/remove-folders.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wcp-remove-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Leaves a folder of sockets behind, as a process does that is killed. */
function abandon(parent: string): void {
  const source = new URL('../../src/index.ts', import.meta.url);
  const program = `
const { EgressBroker } = await import(${JSON.stringify(source.href)});
await EgressBroker.open({ allowlist: ['api.acme.example'] });
process.kill(process.pid, 'SIGKILL');`;
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: parent },
    encoding: 'utf8',
  });
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
}

test('What a killed process left behind is removed, and what a living one uses is not', () => {
  const parent = folder();
  abandon(parent);
  mkdirSync(join(parent, 'wcp-egress-unknown'));
  expect(readdirSync(parent)).toHaveLength(2);
  removeAbandoned(parent, 'wcp-egress-');
  expect(readdirSync(parent)).toEqual(['wcp-egress-unknown']);
});

test('Only sockets are removed, and no folder that holds anything else', () => {
  const made = folder();
  for (const name of ['0', 'refused', 'notes.txt']) writeFileSync(join(made, name), 'kept');
  removeSockets(made);
  expect(readdirSync(made)).toEqual(['0', 'notes.txt', 'refused']);
});

test('A link in the place of a folder leads to no removal', () => {
  const [made, other] = [folder(), folder()];
  writeFileSync(join(other, '0'), 'kept');
  symlinkSync(other, join(made, 'link'));
  removeSockets(join(made, 'link'));
  expect(existsSync(join(other, '0'))).toBe(true);
});
