import { generateSigningKey } from '@wcp/evidence';
import { artifactHash, canonicalJson, sha256 } from '@wcp/spec';
import { verifyPermit } from '@wcp/worker-kit';
import { testContext } from '@wcp/worker-kit/testing';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { issuePermit } from '../../src/dispatch/issue-permit.ts';

const key = generateSigningKey();
const context = testContext({ env: 'prod', deadline: '2026-01-01T00:01:00.000Z' });
const issued_at = Date.parse('2026-01-01T00:00:00.900Z');
const grant = {
  issuer: 'hall.test/log',
  context,
  request_hash: artifactHash({ text: 'x' }),
  issued_at,
  expires_at: issued_at + 60_000,
};
const claims = {
  iss: 'hall.test/log',
  aud: context.worker_id,
  jti: context.decision_id,
  iat: 1_767_225_600,
  nbf: 1_767_225_600,
  exp: 1_767_225_661,
  tenant_id: context.tenant_id,
  env: 'prod',
  capability_id: context.capability_id,
  request_hash: grant.request_hash,
  context_hash: sha256(canonicalJson(context)),
};

test('A permit says which worker, request and context it is for, and how long it is valid.', () => {
  const reading = verifyPermit(issuePermit(key, grant), { keys: [key.publicKey], now: issued_at });
  expect(reading).toEqual({ ok: true, claims });
  const dispatch_url = 'https://hall.test/wcp/chain';
  const more = issuePermit(key, { ...grant, dispatch_url, attempt: 2 });
  expect(verifyPermit(more, { keys: [key.publicKey], now: issued_at })).toEqual({
    ok: true,
    claims: { ...claims, attempt: 2, dispatch_url },
  });
});

test('A permit is valid when it is issued and no longer than intended, to within a second.', () => {
  const permit = issuePermit(key, grant);
  const codeAt = (now: number) => {
    const reading = verifyPermit(permit, { keys: [key.publicKey], now });
    return reading.ok ? null : reading.code;
  };
  expect([codeAt(issued_at), codeAt(grant.expires_at), codeAt(grant.expires_at + 1_000)]).toEqual([
    null,
    null,
    'WORKER_PERMIT_EXPIRED',
  ]);
});

test('Any library for JSON Web Tokens reads a permit.', async () => {
  const permit = issuePermit(key, grant);
  const x = Buffer.from(key.publicKey, 'hex').toString('base64url');
  const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA');
  const { payload } = await jwtVerify(permit, publicKey, {
    algorithms: ['EdDSA'],
    typ: 'wcp-permit+jwt',
    audience: context.worker_id,
    issuer: 'hall.test/log',
    currentDate: new Date(issued_at),
  });
  expect(payload).toEqual(claims);
  expect(decodeProtectedHeader(permit)).toEqual({ alg: 'EdDSA', typ: 'wcp-permit+jwt', kid: key.keyId });
});

test('A permit of another key is not valid.', () => {
  const { publicKey } = generateSigningKey();
  expect(verifyPermit(issuePermit(key, grant), { keys: [publicKey], now: issued_at })).toEqual({
    ok: false,
    code: 'WORKER_PERMIT_SIGNATURE',
  });
});
