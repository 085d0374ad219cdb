import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generateSigningKey, packageHash } from '@wcp/evidence';
import { verifyCodeAttestation } from '@wcp/evidence/code-attestation';
import { probeSandbox } from '@wcp/sandbox';
import { artifactHash, type RegistryRecord } from '@wcp/spec';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Delivered, DeliveryCall } from '../../src/delivery/delivery.ts';
import { httpDelivery } from '../../src/delivery/http/http-delivery.ts';
import type { DeploymentError } from '../../src/deployment/deployment-error.ts';
import { issuePermit } from '../../src/dispatch/issue-permit.ts';
import { createHall } from '../../src/index.ts';
import {
  type PackageHost,
  type PackageHostOptions,
  servePackage,
} from '../../src/worker-host/serve-package.ts';
import { callOf, contextOf, soon, temporaryFolder } from '../delivery/support.ts';
import { recordOf } from '../support/workers.ts';

/** A program that does what its request says and answers with what came of it. */
const PROGRAM = `
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const lines = createInterface({ input: process.stdin });
let pending = null;
const say = (id, result) =>
  console.log(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }));
const acts = {
  read: (path) => { try { return readFileSync(path, 'utf8'); } catch (error) { return error.code; } },
  secret: () => process.env.API_TOKEN ?? null,
  crash: () => process.exit(1),
};
lines.on('line', (text) => {
  const line = JSON.parse(text);
  if (line.dispatched) return say(pending, line.dispatched.answer ?? line.dispatched.error);
  const { id, request: { act, text: given } } = line;
  if (act === 'hang') return;
  if (act !== 'ask') return say(id, acts[act](given));
  pending = id;
  console.log(JSON.stringify({ dispatch: { id, seq: 0, asked: { capability_id: given } } }));
});
`;
const WORKER = 'org.acme.served.one';
const isHere = (await probeSandbox()).is_contained;
const key = generateSigningKey();
const hall = generateSigningKey();

const hosts: PackageHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function packageFolder(members: Partial<RegistryRecord> = {}): Promise<string> {
  const dir = join(await temporaryFolder(), 'package');
  await mkdir(dir);
  await writeFile(join(dir, 'main.mjs'), PROGRAM);
  const record = recordOf(WORKER, { attestation: undefined, ...members });
  await writeFile(join(dir, 'registry_record.json'), JSON.stringify(record));
  return dir;
}

async function keyFile(): Promise<string> {
  const file = join(await temporaryFolder(), 'key.pem');
  await writeFile(file, key.exportPrivatePem(), { mode: 0o600 });
  return file;
}

async function serve(options: Partial<PackageHostOptions> = {}): Promise<PackageHost> {
  const host = await servePackage({
    dir: options.dir ?? (await packageFolder()),
    program: 'main.mjs',
    env: {},
    key,
    keyFile: await keyFile(),
    hallKeys: [hall.publicKey],
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  hosts.push(host);
  return host;
}

const codesOf = (opening: Promise<unknown>) =>
  opening.then(
    () => [],
    (error: DeploymentError) => error.findings.map(({ code }) => code),
  );

let decisions = 0;
/** A call as a Hall makes it. */
function callFor(request: object, dispatch_url?: string, signer = hall): DeliveryCall {
  decisions += 1;
  const context = contextOf({ worker_id: WORKER, env: 'prod', decision_id: `served-${decisions}` });
  const now = Date.now();
  const permit = issuePermit(signer, {
    issuer: 'hall.test/log',
    context,
    request_hash: artifactHash(request),
    issued_at: now,
    expires_at: now + 60_000,
    ...(dispatch_url !== undefined && { dispatch_url }),
  });
  return callOf(request, { context, permit });
}

/** Sends a call to a served worker, decided about the code that it runs. */
function send({ url, code_hash }: PackageHost, call: DeliveryCall): Promise<Delivered> {
  const delivery = httpDelivery({ record: recordOf(WORKER), url, attested: true });
  onTestFinished(() => delivery.close());
  return delivery.deliver({ ...call, code_hash });
}
const deliver = (host: PackageHost, request: object, changes: Partial<DeliveryCall> = {}) =>
  send(host, { ...callFor(request), ...changes });

const trust = {
  audience: 'hall.test/log',
  authorityKeys: () => ({ 'org.acme': [key.publicKey] }),
  now: () => new Date().toISOString(),
};
const post = (host: PackageHost, path: string, body: string) =>
  fetch(`${host.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe.skipIf(!isHere)('a package that is served', () => {
  test('A Hall that knows the key of the authority learns the hash of what runs.', async () => {
    const dir = await packageFolder();
    const host = await serve({ dir });
    const delivery = httpDelivery({ record: recordOf(WORKER), url: host.url, attested: true });
    onTestFinished(() => delivery.close());
    expect(await delivery.observe(trust)).toBe(await packageHash(dir));
    expect(delivery.attestation?.()).toMatchObject({ state: 'attested', containment: 'contained' });
  });

  test('It says what holds the worker to its envelope once a process ran.', async () => {
    const host = await serve();
    await soon(1_100);
    expect(await deliver(host, { act: 'secret' })).toMatchObject({ status: 'ok' });
    const question = { nonce: 'A'.repeat(43), audience: 'hall.test/log' };
    const answer = await (await post(host, '/attest', JSON.stringify(question))).json();
    const expected = { ...question, worker_id: WORKER, now: trust.now() };
    const verdict = verifyCodeAttestation(answer, { ...expected, authority_keys: trust.authorityKeys() });
    expect(verdict).toMatchObject({
      ok: true,
      attestation: { enforcement: { filesystem_writes: { level: 'enforced' } } },
    });
  });

  test('The key of a Hall that changes is followed, by the worker and by the program that it contains.', async () => {
    const next = generateSigningKey();
    const key_files = { prepare: async () => next, complete: async () => {} };
    const elsewhere = await createHall({ key: hall, key_files });
    onTestFinished(() => elsewhere.close());
    const hallUrls = [await elsewhere.app.listen({ host: '127.0.0.1', port: 0 })];
    const host = await serve({ hallUrls });
    expect(await deliver(host, { act: 'secret' })).toMatchObject({ status: 'ok' });
    await elsewhere.log.rotateKey();
    const renewed = await send(host, callFor({ act: 'secret' }, undefined, next));
    expect(renewed).toMatchObject({ status: 'ok' });
    const refused = { result: { deny_reason: { code: 'WORKER_PERMIT_SIGNATURE' } } };
    expect(await deliver(host, { act: 'secret' })).toMatchObject(refused);
    const stranger = await send(host, callFor({ act: 'secret' }, undefined, generateSigningKey()));
    expect(stranger).toMatchObject(refused);
  });

  test('A call runs contained, with a permit of a Hall that is known and once.', async () => {
    const secret = await keyFile();
    const host = await serve({ keyFile: secret });
    await soon(1_100);
    const read = await deliver(host, { act: 'read', text: secret });
    expect(read.result?.result).toMatch(/^E[A-Z]+$|ERR_ACCESS_DENIED/);
    expect(await deliver(host, { act: 'read', text: secret }, { permit: null })).toMatchObject({
      status: 'error',
      result: { deny_reason: { code: 'WORKER_PERMIT_MISSING' } },
    });
  });

  test('A worker that asks for a dispatch gets the answer of the Hall that its permit names.', async () => {
    const asked: unknown[] = [];
    const chain = createServer(async (request, response) => {
      let text = '';
      for await (const part of request) text += part;
      asked.push(JSON.parse(text));
      response.end(JSON.stringify({ decision: { outcome: 'DISPATCH' }, result: null }));
    });
    await new Promise<void>((resolve) => chain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void chain.close());
    const dispatch_url = `http://127.0.0.1:${(chain.address() as AddressInfo).port}/wcp/chain`;
    const host = await serve();
    await soon(1_100);
    const { result } = await send(host, callFor({ act: 'ask', text: 'cap.doc.hash' }, dispatch_url));
    expect(result?.result).toMatchObject({ decision: { outcome: 'DISPATCH' } });
    expect(asked).toEqual([{ asked: { capability_id: 'cap.doc.hash' } }]);
  });

  test('A worker that crashes or hangs may have done its work, and the next call gets its own process.', async () => {
    const host = await serve();
    await soon(1_100);
    expect(await deliver(host, { act: 'crash' })).toMatchObject({
      status: 'unknown',
      code: 'DELIVERY_HTTP_FAILED',
    });
    expect(await deliver(host, { act: 'hang' }, { timeout_ms: 300 })).toMatchObject({ status: 'timeout' });
    expect(await deliver(host, { act: 'secret' })).toMatchObject({ status: 'ok' });
  });

  test('A call that was decided about other code is refused, and nothing runs.', async () => {
    const host = await serve();
    await soon(1_100);
    const other = { ...host, code_hash: `sha256:${'0'.repeat(64)}` as const };
    expect(await deliver(other, { act: 'secret' })).toMatchObject({
      status: 'error',
      code: 'DELIVERY_CODE_CHANGED',
    });
  });

  test('Settings say what an entry of server.json does, and where secrets are.', async () => {
    const folder = await temporaryFolder();
    const envelope = {
      secrets_access: ['API_TOKEN'],
      network_egress: 'none',
      filesystem_writes: [],
      tools: [],
    };
    const dir = await packageFolder({ privilege_envelope: envelope as never });
    await writeFile(join(folder, 'token'), 'the token\n');
    const settings = join(folder, 'settings.json');
    const secrets = { API_TOKEN: { file: 'token' } };
    await writeFile(settings, JSON.stringify({ program: 'main.mjs', memory_mb: 256, secrets }));
    const host = await serve({ dir, settings });
    await soon(1_100);
    expect((await deliver(host, { act: 'secret' })).result?.result).toBe('the token');
  });

  test.each<[string, number, string]>([
    ['is not JSON', 400, '{'],
    ['is nested too deep', 400, `{"nonce":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['has a nonce that anybody could guess', 400, '{"nonce":"a","audience":"hall.test/log"}'],
    ['has no audience', 400, `{"nonce":"${'A'.repeat(43)}"}`],
    ['has a member more', 400, `{"nonce":"${'A'.repeat(43)}","audience":"a","code_hash":"b"}`],
    ['is larger than a question', 413, `{"nonce":"${'A'.repeat(5_000)}"}`],
  ])('A question that %s gets no signature.', async (_, status, body) => {
    const host = await serve();
    const answer = await post(host, '/attest', body);
    expect([answer.status, await answer.text()]).toEqual([status, expect.not.stringContaining('signature')]);
  });

  test('What was kept is there at the next start: no permit counts twice, and old copies go.', async () => {
    const state = await temporaryFolder();
    const dir = await packageFolder();
    const first = await serve({ dir, state });
    await soon(1_100);
    const call = callFor({ act: 'secret' });
    expect(await send(first, call)).toMatchObject({ status: 'ok' });
    await hosts.pop()?.close();
    await writeFile(join(dir, 'more.mjs'), 'export {};');
    const second = await serve({ dir, state });
    expect(second.code_hash).not.toBe(first.code_hash);
    expect(await readdir(join(state, 'snapshots'))).toEqual([second.code_hash.slice(7)]);
    expect(await send(second, { ...call, code_hash: second.code_hash })).toMatchObject({
      result: { deny_reason: { code: 'WORKER_PERMIT_REPLAYED' } },
    });
  });

  test('The key may not be where the worker could get at it, by a link neither.', async () => {
    const dir = await packageFolder();
    await writeFile(join(dir, 'key.pem'), key.exportPrivatePem());
    expect(await codesOf(serve({ dir, keyFile: join(dir, 'key.pem') }))).toEqual(['KEY_IN_REACH']);
    const link = join(await temporaryFolder(), 'link.pem');
    await symlink(join(dir, 'key.pem'), link);
    expect(await codesOf(serve({ dir, keyFile: link }))).toEqual(['KEY_IN_REACH']);
    const writes = await temporaryFolder();
    await writeFile(join(writes, 'key.pem'), key.exportPrivatePem());
    const envelope = { secrets_access: [], network_egress: 'none', filesystem_writes: [writes], tools: [] };
    const open = await packageFolder({ privilege_envelope: envelope as never });
    expect(await codesOf(serve({ dir: open, keyFile: join(writes, 'key.pem') }))).toEqual(['KEY_IN_REACH']);
  });

  test('A port that is taken is a finding.', async () => {
    const { url } = await serve();
    expect(await codesOf(serve({ port: Number(new URL(url).port) }))).toEqual(['NOT_LISTENING']);
  });
});

describe('settings that cannot be used', () => {
  test.each<[string, string, string]>([
    [
      'name a way to call it, which is the Hall’s to say',
      'UNKNOWN_MEMBER',
      '{"program":"main.mjs","url":"http://a"}',
    ],
    ['are not JSON', 'NOT_JSON', '{'],
    ['have a limit that is none', 'INVALID_VALUE', '{"program":"main.mjs","memory_mb":1}'],
    [
      'take a variable that is not set',
      'VARIABLE_MISSING',
      '{"program":"main.mjs","env":{"A":{"from":"B"}}}',
    ],
  ])('They %s.', async (_, code, text) => {
    const settings = join(await temporaryFolder(), 'settings.json');
    await writeFile(settings, text);
    expect(await codesOf(serve({ settings }))).toEqual([code]);
  });

  test('A folder without a record is not served.', async () => {
    expect(await codesOf(serve({ dir: await temporaryFolder() }))).toEqual([
      'RECORD_MISSING',
      'WORKER_MISSING',
    ]);
  });
});
