import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { generateStoreKey } from '@wcp/hall';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';
import { readServedLog } from './stranger.ts';

const first = generateSigningKey();
let test: TestHall;
let place = '';
let dir = '';
beforeEach(async () => {
  place = scratch();
  dir = join(place, 'tiles');
  const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
  const files = { file: join(place, 'store.db'), key_files };
  test = await openTestHall({ key: first, store_key: generateStoreKey(), ...files });
});

/** Serves a folder as any web server would: a file at its path. */
async function served(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(folder, decodeURI(request.url ?? ''))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ours = (say: string) => test.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', request: { say } });

/** A log of more than a tile, whose key changed twice, and in which a tenant was forgotten. */
async function writeLog(): Promise<void> {
  await ours('SECRET-ZEBRA');
  for (let index = 0; index < 140; index += 1) await test.hall.route(REQUEST);
  expect((await test.as('admin', ['keys', 'rotate-log'])).code).toBe(0);
  for (let index = 0; index < 140; index += 1) await test.hall.route(REQUEST);
  expect((await test.as('auditor', ['evidence', 'tiles', dir])).code).toBe(0);
  expect((await test.as('auditor', ['receipts', 'export', join(place, 'export')])).code).toBe(0);
  expect((await test.as('admin', ['evidence', 'forget', '--tenant', 'tenant-b', '--yes'])).code).toBe(0);
  expect((await test.as('admin', ['keys', 'rotate-log'])).code).toBe(0);
  await test.hall.route(REQUEST);
  // Continued: what was written before the forgetting stays as it was.
  expect((await test.as('auditor', ['evidence', 'tiles', dir])).code).toBe(0);
}

function filesWith(text: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).filter(
    (name) => statSync(join(place, name)).isFile() && readFileSync(join(place, name)).includes(text),
  );
}

describe('tiles of a log whose key changed and in which was forgotten', () => {
  it('verify offline with the first key, and for a stranger who reads them from a web server.', {
    timeout: 180_000,
  }, async () => {
    await writeLog();
    const key = join(place, 'first.pub.pem');
    writeFileSync(key, first.exportPublicPem());
    expect(await wcp(['receipts', 'verify', dir, '--keys', key])).toMatchObject({ code: 0 });
    const url = await served(dir);
    const seen = await readServedLog(url, first.publicKey, 7);
    expect(seen).toMatchObject({ areSigned: true, isRoot: true, isRootOfTiles: true, isIncluded: true });
    expect(seen.size).toBeGreaterThan(256);
    expect(seen.receipts.filter(({ kind }) => kind === 'key')).toHaveLength(2);
    expect(seen.receipts.flatMap(({ erasure }) => erasure?.tenant_id ?? [])).toEqual(['tenant-b']);
    // No other key will do, and no later receipt is the log's without the change before it.
    expect((await readServedLog(url, generateSigningKey().publicKey, 7)).areSigned).toBe(false);
    expect(filesWith('SECRET-ZEBRA')).toEqual([]);
    await test.hall.close();
    expect(filesWith('SECRET-ZEBRA')).toEqual([]);
  });
});
