import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkEnvelope } from '../../src/index.ts';

test('Every entry that would keep a program from starting is found, and sound ones are not.', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-envelope-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'file'), '');
  symlinkSync(dir, join(dir, 'link'));
  const faults = await checkEnvelope({
    network_egress: 'allowlisted',
    egress_allowlist: ['api.acme.example:443', 'https://acme.example/'],
    tools: ['sh', 'wcp-no-such-program'],
    filesystem_writes: [dir, '/tmp', join(dir, 'missing'), join(dir, 'file'), join(dir, 'link'), '$OUT'],
  });
  expect(faults.map(({ member, entry, is_missing }) => [member, entry.replace(dir, ''), is_missing])).toEqual(
    [
      ['filesystem_writes', '/missing', true],
      ['filesystem_writes', '/file', false],
      ['filesystem_writes', '/link', false],
      ['filesystem_writes', '$OUT', false],
      ['egress_allowlist', 'https://acme.example/', false],
      ['tools', 'wcp-no-such-program', true],
    ],
  );
  expect(faults[0]?.message).toContain('Make it: mkdir -p');
});

test('An envelope without entries has no fault.', async () => {
  expect(await checkEnvelope({ network_egress: 'none' })).toEqual([]);
});
