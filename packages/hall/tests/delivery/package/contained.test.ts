import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeSandbox } from '@wcp/sandbox';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { callOf, contextOf, openPackage, temporaryFolder } from '../support.ts';

/** A program that does what its request says and answers with what came of it. */
const PROGRAM = `
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const acts = {
  read: (path) => readFileSync(path, 'utf8'),
  write: (path) => { writeFileSync(path, 'written'); return 'written'; },
  env: () => process.env,
  grow: () => { const held = []; for (;;) held.push(Buffer.alloc(8_000_000, 1)); },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request: { act, text } } = JSON.parse(line);
  let result;
  try { result = acts[act](text); } catch (error) { result = error.code; }
  console.log(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }));
}`;

const isHere = (await probeSandbox()).is_contained;

describe.skipIf(!isHere)('a contained worker', () => {
  const open = async (envelope: object, options: object = {}) => {
    const { delivery, dir, hash, ends } = await openPackage(PROGRAM, { isolation: 'contained', ...options });
    const ask = (act: string, text = '', members: object = {}) =>
      delivery.deliver(callOf({ act, text }, { code_hash: hash, envelope, ...members }));
    return { ask, dir, delivery, ends };
  };

  test('A worker reads nothing of the machine and writes nowhere but where its envelope says.', async () => {
    const folder = await temporaryFolder();
    const { ask } = await open({ network_egress: 'none', filesystem_writes: [folder] });
    const secret = join(await temporaryFolder(), 'key.pem');
    await writeFile(secret, 'the key');
    expect((await ask('read', secret)).result?.result).not.toBe('the key');
    expect((await ask('read', '/etc/passwd')).result?.result).not.toContain('root');
    expect((await ask('write', join(tmpdir(), `wcp-${randomUUID()}`))).result?.result).toBe('written');
    expect((await ask('write', '/worker/main.mjs')).result?.result).not.toBe('written');
    expect((await ask('write', join(folder, 'file'))).result?.result).toBe('written');
  });

  test('The outcome says what was enforced.', async () => {
    const { ask, delivery } = await open({ network_egress: 'none' });
    const { enforcement } = await ask('env');
    expect(enforcement).toMatchObject({
      filesystem_writes: { level: 'enforced' },
      network_egress: { level: 'enforced' },
      secrets_access: { level: 'enforced' },
      code: { level: 'enforced' },
    });
    expect(delivery.containment?.()).toEqual({ state: 'contained', enforcement, message: null });
  });

  test('A worker gets the secrets that its envelope lists, and no other.', async () => {
    const secrets = async (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, `the value of ${name}`]));
    const { ask } = await open({ network_egress: 'none', secrets_access: ['TOKEN'] }, { secrets });
    const { result } = await ask('env');
    expect(result?.result).toMatchObject({ TOKEN: 'the value of TOKEN' });
    expect(
      (await ask('env', '', { envelope: { network_egress: 'none' } })).result?.result,
    ).not.toHaveProperty('TOKEN');
  });

  test('An enrolled envelope gets no more than the record that the operator placed.', async () => {
    const granted = { network_egress: 'none', secrets_access: ['TOKEN'], filesystem_writes: ['/srv/own'] };
    const { ask, ends } = await open({ ...granted, filesystem_writes: [] }, { granted });
    expect(await ask('env')).toMatchObject({ status: 'ok' });
    for (const more of [
      { filesystem_writes: ['/etc'] },
      { secrets_access: ['OTHER'] },
      { network_egress: 'unrestricted' },
    ]) {
      const envelope = { network_egress: 'none', ...more };
      expect(await ask('env', '', { envelope })).toMatchObject({ code: 'DELIVERY_START_FAILED' });
      expect(ends.at(-1)?.reason).toContain('The enrolled envelope asks for');
    }
  });

  test('A worker without an envelope is held to the least.', async () => {
    const { ask } = await open({});
    const { enforcement } = await ask('env', '', { envelope: null });
    expect(enforcement?.network_egress).toMatchObject({ level: 'enforced' });
  });

  test('A worker that uses too much memory is ended, and the next call gets a new process.', async () => {
    const { ask } = await open({ network_egress: 'none' }, { limits: { memory_mb: 128 } });
    expect(await ask('grow')).toMatchObject({ status: 'error', code: 'DELIVERY_MEMORY' });
    expect(await ask('env')).toMatchObject({ status: 'ok' });
  });
});

describe('a machine that cannot contain a worker', () => {
  const openWithout = async (isolation: 'contained' | 'declared') => {
    // A folder without bubblewrap.
    vi.stubEnv('PATH', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const { delivery, hash } = await openPackage(PROGRAM, { isolation });
    const ask = (env: 'dev' | 'stage' | 'prod' | 'edge') =>
      delivery.deliver(callOf({ act: 'env' }, { code_hash: hash, context: contextOf({ env }) }));
    return { ask, delivery };
  };

  test('Outside of dev nothing runs, and the worker says what to install.', async () => {
    const { ask, delivery } = await openWithout('contained');
    for (const env of ['stage', 'prod', 'edge'] as const) {
      const delivered = await ask(env);
      expect(delivered).toMatchObject({ status: 'error', code: 'DELIVERY_NOT_CONTAINED' });
      expect(delivered).not.toHaveProperty('enforcement');
    }
    expect(delivery.containment?.()).toMatchObject({
      state: 'not_contained',
      message: expect.stringContaining('apt-get install bubblewrap'),
    });
  });

  test('Where it is learned before the first call, it is known from then on.', async () => {
    const { delivery } = await openWithout('contained');
    await delivery.learnContainment?.();
    expect(delivery.containment?.()).toMatchObject({ state: 'not_contained' });
  });

  test('In dev it runs, and the outcome says that nothing was enforced.', async () => {
    const { ask } = await openWithout('contained');
    const { status, enforcement } = await ask('dev');
    expect(status).toBe('ok');
    expect(new Set(Object.values(enforcement ?? {}).map(({ level }) => level))).toEqual(
      new Set(['declared']),
    );
  });

  test('Where its operator declares it, it runs everywhere, and the outcome says so.', async () => {
    const { ask, delivery } = await openWithout('declared');
    expect(await ask('prod')).toMatchObject({ status: 'ok', enforcement: { code: { level: 'declared' } } });
    expect(delivery.containment?.()).toMatchObject({ state: 'declared' });
  });
});
