import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildManifest,
  generateSigningKey,
  packageHash,
  type SigningKey,
  signManifest,
  writeManifest,
} from '@wcp/evidence';
import { signManifestHmac } from '@wcp/evidence/package';
import type { Manifest, Sha256 } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageDelivery } from '../../src/delivery/package/package-delivery.ts';
import { inputFor, ruleFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, FakeDelivery, recordOf, SPECIES } from '../support/workers.ts';

/** Answers every call with its own process id. */
const PROGRAM = `
import { createInterface } from 'node:readline';
const answer = { status: 'ok', result: { pid: process.pid }, telemetry: [], evidence: [], deny_reason: null };
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ id: JSON.parse(line).id, ...answer }));
}
`;
const SECRET = 'a secret of these tests';
const UNSIGNED = 'DENY_UNSIGNED_ARTIFACT';
const rules = [
  ruleFor(CAPABILITIES.plain, {}, { preconditions: { deny_if_unsigned_artifact_in_prod: true } }),
];

let dir: string;
let hash: Sha256;
let key: SigningKey;
let hall: TestHall;
beforeEach(async () => {
  dir = tempFolder();
  writeFileSync(join(dir, 'main.mjs'), PROGRAM);
  hash = await packageHash(dir);
  key = generateSigningKey();
  await open();
});
afterEach(() => hall.close());

async function open(options: TestHallOptions = {}): Promise<void> {
  await hall?.close();
  const record = recordOf(ACME, { attestation: { ...recordOf(ACME).attestation, code_hash: hash } as never });
  const command = [process.execPath, 'main.mjs', '--stdio'];
  const delivery = packageDelivery({ record, dir, run: { command }, snapshots: tempFolder() });
  hall = await TestHall.open({ rules, workers: [{ delivery }], ...options });
}
const register = (authority: string, { publicKey }: SigningKey) =>
  hall.post('admin', '/wcp/authorities', { authority, public_key: publicKey });
const revoke = (authority: string, { keyId }: SigningKey) =>
  hall.ask('admin', 'DELETE', `/wcp/authorities/${authority}/${keyId}`);

const manifestOf = (changes: Partial<Manifest> = {}): Manifest =>
  buildManifest({
    worker_id: ACME,
    worker_species_id: SPECIES,
    worker_version: '1.0.0',
    package_hash: hash,
    built_at_utc: '2026-01-01T00:00:00Z',
    attested_at_utc: '2026-01-01T00:00:00Z',
    build_source: 'local',
    ...(changes as object),
  });
const attest = (changes: Partial<Manifest> = {}, by = key) =>
  writeManifest(dir, signManifest(manifestOf(changes), by));

async function dispatch(env = 'prod') {
  const { json } = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { env }));
  return json as { decision: { deny_code: string | null }; result: { result: { pid: number } } | null };
}
/** What the Hall says without executing, and when it executes. */
async function codesOf(env = 'prod') {
  const { json } = await hall.post('tenant', '/wcp/route', inputFor('tenant-a', { env }));
  return [json.deny_code, (await dispatch(env)).decision.deny_code];
}

describe('a rule that requires signed packages in production', () => {
  test('A package without a manifest is denied in production, and not checked in development.', async () => {
    expect(await codesOf()).toEqual([UNSIGNED, UNSIGNED]);
    const { worker } = (await hall.get('tenant', `/wcp/workers/${ACME}`)).json;
    expect(worker).toMatchObject({ state: 'enrolled', flag: { code: UNSIGNED } });
    expect(await codesOf('dev')).toEqual([null, null]);
  });

  test('A package that its authority signed runs.', async () => {
    await register('org.acme', key);
    await attest();
    const { decision, result } = await dispatch();
    expect(decision.deny_code).toBeNull();
    expect(result?.result.pid).toEqual(expect.any(Number));
    expect(result?.result.pid).not.toBe(process.pid);
  });

  test('Keys count as they are now: unknown, registered, revoked.', async () => {
    await attest();
    expect(await codesOf()).toEqual([UNSIGNED, UNSIGNED]);
    await register('org.acme', key);
    expect((await dispatch()).decision.deny_code).toBeNull();
    await revoke('org.acme', key);
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
  });

  test('The key of another authority does not count, nor one that two of them have.', async () => {
    await register('org.rival', key);
    await attest();
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    await register('org.acme', key);
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    await revoke('org.rival', key);
    expect((await dispatch()).decision.deny_code).toBeNull();
  });

  test.each<[string, Partial<Manifest>]>([
    ['another worker', { worker_id: 'org.acme.summarizer.two' }],
    ['another species', { worker_species_id: 'wrk.doc.other' }],
    ['other code', { package_hash: `sha256:${'0'.repeat(64)}` }],
  ])('A manifest of %s does not count.', async (_, changes) => {
    await register('org.acme', key);
    await attest(changes);
    expect(await codesOf()).toEqual([UNSIGNED, UNSIGNED]);
    await attest();
    expect((await dispatch()).decision.deny_code).toBeNull();
  });

  test('A signature by another key does not count, nor an envelope that was changed.', async () => {
    await register('org.acme', key);
    await attest({}, generateSigningKey());
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    const envelope = signManifest(manifestOf(), key);
    await writeManifest(dir, { ...envelope, signatures: [] });
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    await writeManifest(dir, envelope);
    expect((await dispatch()).decision.deny_code).toBeNull();
  });

  test('The HMAC form counts where the Hall has the key, and with that key alone.', async () => {
    await writeManifest(dir, signManifestHmac(manifestOf(), SECRET));
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    await open({ attest_hmac_key: `${SECRET}.` });
    expect((await dispatch()).decision.deny_code).toBe(UNSIGNED);
    await open({ attest_hmac_key: SECRET });
    expect(await codesOf()).toEqual([null, null]);
  });

  test('Code of which one byte was changed is denied, whatever was signed.', async () => {
    await register('org.acme', key);
    await attest();
    expect((await dispatch()).decision.deny_code).toBeNull();
    appendFileSync(join(dir, 'main.mjs'), ' ');
    expect((await dispatch()).decision.deny_code).toBe('DENY_WORKER_TAMPERED');
    expect((await hall.get('tenant', `/wcp/workers/${ACME}`)).json.worker.state).toBe('flagged');
    await attest({ package_hash: await packageHash(dir) });
    expect((await dispatch()).decision.deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
  });

  test.each<[string, (place: string) => void]>([
    ['no JSON', (place) => writeFileSync(place, '{"payloadType":')],
    ['a list', (place) => writeFileSync(place, '[]')],
    ['a name twice', (place) => writeFileSync(place, '{"payload":1,"payload":2}')],
    ['more than any manifest has', (place) => writeFileSync(place, ' '.repeat(1_048_577))],
    ['a folder', (place) => mkdirSync(place)],
    [
      'a link to a good one',
      (place) => {
        const elsewhere = join(tempFolder(), 'manifest.json');
        writeFileSync(elsewhere, JSON.stringify(signManifest(manifestOf(), key)));
        symlinkSync(elsewhere, place);
      },
    ],
  ])('A package is denied where its manifest is %s.', async (_, put) => {
    await register('org.acme', key);
    await attest();
    expect((await dispatch()).decision.deny_code).toBeNull();
    const place = join(dir, 'manifest.json');
    rmSync(place);
    put(place);
    expect(await codesOf()).toEqual([expect.stringMatching(/^DENY_/), UNSIGNED]);
  });

  test('A worker without a folder is denied.', async () => {
    await open({ workers: [{ delivery: new FakeDelivery(recordOf(ACME)) }] });
    expect(await codesOf()).toEqual([UNSIGNED, UNSIGNED]);
  });
});
