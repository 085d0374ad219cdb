import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { beforeAll, describe, expect, test } from 'vitest';
import { ended, type ServerProcess, startServer } from '../../support/server-process.ts';
import { scratch, wcpProcess } from '../../support/support.ts';

const SIGNER = join(import.meta.dirname, '../../support/signer.mjs');
const SEED = '7a'.repeat(32);
const INPUT = { capability_id: 'cap.nothing.known', correlation_id: 'c-1' };

const place = scratch();
const dir = join(place, 'hall');
const control = join(place, 'signer');
const firstKey = join(place, 'first.json');
const keys: Record<string, string> = {};
let server: ServerProcess;
let url = '';

const signs = (how: string) => writeFileSync(control, how);
const settings = (change: (given: Record<string, unknown>) => object) => {
  const file = join(dir, 'server.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
};
const signerOf = (seed: string) => ({
  command: [process.execPath, SIGNER, seed, control],
  timeout_ms: 20_000,
});
const signer = signerOf(SEED);

async function serve(): Promise<void> {
  server = await startServer(dir);
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.out)?.[0] as string;
}

async function ask(role: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' };
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, { headers, ...request });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  return { status: response.status, json: (await response.json()) as any };
}

const decide = () => ask('tenant', '/wcp/route', INPUT);
const log = async () => (await ask('admin', '/wcp/log')).json;

beforeAll(async () => {
  mkdirSync(dir);
  signs('signs');
  await serve();
  for (const [, role, key] of server.out.matchAll(/^\s*(admin|tenant|steward)\b.*?(wcp_\S+)$/gm)) {
    keys[role as string] = key as string;
  }
  const { signing_key_id, first_key } = await log();
  writeFileSync(firstKey, JSON.stringify({ [signing_key_id]: first_key }));
  await decide();
  await ended(server.child, 'SIGTERM');
  settings((given) => ({ ...given, next_signer: signer }));
  await serve();
  expect((await ask('admin', '/wcp/log/keys', {})).status).toBe(200);
  await ended(server.child, 'SIGTERM');
  settings(({ next_signer: _, ...given }) => ({ ...given, signer }));
  await serve();
}, 300_000);

describe('a Hall whose log a program signs', { timeout: 300_000 }, () => {
  test('The log goes on under the key of the program, and permits under that of the Hall.', async () => {
    const { publicKey, keyId } = signingKeyFromSeed(SEED);
    expect((await decide()).status).toBe(200);
    const { signing_key_id, permit_key } = await log();
    expect(signing_key_id).toBe(keyId);
    expect(permit_key).not.toBe(publicKey);
  });

  test.each(['dies', 'hangs', 'lies', 'refuses', 'babbles', 'floods'])(
    'Where the program %s, nothing is decided and nothing is written, and it goes on once the program does.',
    async (how) => {
      const { size } = await log();
      signs(how);
      const refused = await decide();
      expect(refused.status, JSON.stringify(refused.json)).toBe(503);
      expect(refused.json.outcome).toBeUndefined();
      expect(JSON.stringify(refused.json)).not.toContain('the token is locked');
      signs('signs');
      expect((await log()).size).toBe(size);
      expect((await decide()).status).toBe(200);
      expect((await log()).size).toBe(size + 1);
    },
  );

  test('A program that was killed is started again with the next request.', async () => {
    expect((await decide()).status).toBe(200);
    process.kill(Number(readFileSync(`${control}.pid`, 'utf8')), 'SIGKILL');
    await expect.poll(async () => (await decide()).status, { timeout: 60_000 }).toBe(200);
  });

  test('The whole log verifies with its first key, whatever the program did.', async () => {
    const bundle = join(place, 'evidence');
    const env = { WCP_HALL_KEY: keys['admin'] as string };
    const exported = await wcpProcess(['receipts', 'export', bundle, '--url', url], { env });
    expect(exported.code, exported.err).toBe(0);
    const verified = await wcpProcess(['receipts', 'verify', bundle, '--keys', firstKey, '--json']);
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, is_whole: true, findings: [] });
  });

  test('A Hall whose program is gone, or has another key, does not start and says so.', async () => {
    await ended(server.child, 'SIGTERM');
    const starting = async (given: object) => {
      settings((known) => ({ ...known, signer: given }));
      const { code, out, err } = await wcpProcess(['serve', dir, '--port', '0']);
      return { code, said: out + err };
    };
    const gone = await starting({ command: [join(place, 'no-such-program')] });
    expect(gone).toMatchObject({ code: 2, said: expect.stringContaining('signer') });
    const other = await starting(signerOf('11'.repeat(32)));
    expect(other).toMatchObject({ code: 2, said: expect.stringContaining('KEY_NOT_IN_FORCE') });
  });
});
