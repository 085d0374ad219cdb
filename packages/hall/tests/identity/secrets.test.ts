import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '@wcp/spec';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pruneCredentials } from '../../src/identity/credential/kept-credentials.ts';
import { ROWS } from '../http/access-rows.ts';
import { CONFIG, inputFor } from '../support/documents.ts';
import { Receiver, SECRET } from '../support/receiver.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

const HMAC_KEY = 'an-hmac-key-of-these-tests';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const ISSUER = {
  issuer: 'issuer.example',
  tenant_id: 'tenant-a',
  roles: ['tenant'],
  keys: { keys: [publicKey.export({ format: 'jwk' })] },
};

let hall: TestHall;
let file: string;
/** Everything that a reader was given. */
let shown: string[];

beforeEach(async () => {
  file = join(tempFolder(), 'store.db');
  const receiver = await Receiver.open();
  shown = [];
  hall = await TestHall.open({
    file,
    config: { ...CONFIG, require_credential: true },
    attest_hmac_key: HMAC_KEY,
    notify: {
      webhooks: [{ url: receiver.url, secret: SECRET }],
      callbacks: [(notice) => void shown.push(JSON.stringify(notice))],
    },
  });
  await hall.hall.parts.identity.issuers.put(ISSUER);
});
afterEach(() => hall.close());

const mint = (seconds = 300) =>
  new SignJWT({ secret_claim: 'MARKED-CLAIM' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('issuer.example')
    .setSubject('ada')
    .setAudience('hall.example/log')
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(privateKey);

const send = async (members: object, url = '/wcp/dispatch') => {
  const answer = await hall.post('tenant', url, inputFor('tenant-a', { ...members }));
  shown.push(answer.text);
  return answer.json.decision ?? answer.json;
};
const fail = () => ({ status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 }) as const;

/** Reads everything that can be read over HTTP, and every byte that the Hall keeps. */
async function everything(decisions: readonly string[]): Promise<string> {
  for (const { route, call } of ROWS) {
    const [method, path = ''] = route.split(' ');
    if (method !== 'GET' || path === '/wcp/events' || path.includes(':')) continue;
    const { url } = await call(hall);
    for (const person of ['admin', 'auditor', 'steward', 'tenant'] as const) {
      shown.push((await hall.get(person, url)).text);
    }
  }
  for (const id of decisions) {
    shown.push((await hall.get('auditor', `/wcp/decisions/${id}`)).text);
    shown.push((await hall.get('auditor', `/wcp/approvals/${id}`)).text);
  }
  shown.push(JSON.stringify(await hall.events()), ...hall.logged);
  await hall.close();
  const dir = dirname(file);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const bytes = files.map((each) => readFileSync(join(each.parentPath, each.name), 'latin1'));
  return [...shown, ...bytes].join('\n');
}

test('No secret stands in any byte of store, log, export or answer: only hashes do.', async () => {
  const token = await mint();
  const dispatched = await send({ tenant_credential: token });
  const routed = await send({ tenant_credential: token }, '/wcp/route');
  const held = await send({ tenant_credential: token, capability_id: CAPABILITIES.held });
  const waiting = await send({ tenant_credential: token, capability_id: CAPABILITIES.incident });
  hall.delivery.answer = fail;
  const dead = await send({ tenant_credential: token });
  const dry = await send({ tenant_credential: token, dry_run: true });
  shown.push((await hall.resolve('steward', held.decision_id)).text);
  shown.push((await hall.ask('steward', 'POST', `/wcp/dead-letters/${dead.decision_id}/replay`)).text);
  const refused = await send({ tenant_credential: 'MARKED-TEXT' });
  const misplaced = await send({ tenant_credential: { token: 'MARKED-MEMBER' } });
  expect([dispatched, held, refused, misplaced].map(({ deny_code }) => deny_code)).toEqual([
    null,
    null,
    'DENY_TENANT_CREDENTIAL_INVALID',
    'DENY_INVALID_INPUT',
  ]);
  const all = [dispatched, routed, held, waiting, dead, dry, refused, misplaced];
  const seen = await everything(all.map(({ decision_id }) => decision_id));
  const [, , signature = ''] = token.split('.');
  const secrets = [token, signature, 'MARKED-CLAIM', 'MARKED-TEXT', 'MARKED-MEMBER', HMAC_KEY, SECRET];
  const keys = [...hall.keys.values()].flatMap((key) => [key, key.slice('wcp_'.length + 13)]);
  for (const secret of [...secrets, ...keys]) {
    for (const form of [secret, Buffer.from(secret).toString('base64url')]) expect(seen).not.toContain(form);
  }
  expect(seen).toContain(sha256(token));
  // Verified claims are payload: they are stored encrypted.
  expect(seen).not.toContain('"sub":"ada"');
});

test('A request on hold and a dead letter are decided again by the claims that were verified when they came.', async () => {
  const token = await mint();
  const held = await send({ tenant_credential: token, capability_id: CAPABILITIES.held });
  hall.delivery.answer = fail;
  const dead = await send({ tenant_credential: token });
  await hall.restart();
  expect((await hall.resolve('steward', held.decision_id)).status).toBe(200);
  const replayed = await hall.ask('steward', 'POST', `/wcp/dead-letters/${dead.decision_id}/replay`);
  expect(replayed.json.decision.outcome).toBe('DISPATCH');
});

test.each([
  ['when the credential has expired', async () => hall.pass(301)],
  ['when its issuer is no longer trusted', () => hall.hall.parts.identity.issuers.remove('issuer.example')],
  [
    'when its issuer signs with another key now',
    async () => {
      const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      await hall.hall.parts.identity.issuers.put({ ...ISSUER, keys: { keys: [key] } });
    },
  ],
])('A request on hold is denied %s.', async (_, change) => {
  const held = await send({ tenant_credential: await mint(), capability_id: CAPABILITIES.held });
  await hall.restart();
  await change();
  const { json } = await hall.resolve('steward', held.decision_id);
  expect(json.code).toBe('DENY_TENANT_CREDENTIAL_INVALID');
});

test('The hash of a credential is not a credential.', async () => {
  const token = await mint();
  expect((await send({ tenant_credential: token })).deny_code).toBeNull();
  for (const guess of [sha256(token), { sha256: sha256(token) }]) {
    expect((await send({ tenant_credential: guess })).deny_code).toMatch(/^DENY_/);
  }
  const { hall: embedded } = hall;
  const inProcess = await embedded.route(inputFor('tenant-a', { tenant_credential: sha256(token) }));
  expect(inProcess.deny_code).toBe('DENY_TENANT_CREDENTIAL_INVALID');
});

test('The claims of a credential are forgotten after it has expired.', async () => {
  await send({ tenant_credential: await mint() });
  const { storage, clock } = hall.hall.parts;
  const commit = storage.store.commit.bind(storage.store);
  await pruneCredentials(storage.store, clock.now(), commit);
  expect(await storage.store.count('credentials')).toBe(1);
  await pruneCredentials(storage.store, clock.now() + 2 * 86_400_000, commit);
  expect(await storage.store.count('credentials')).toBe(0);
});
