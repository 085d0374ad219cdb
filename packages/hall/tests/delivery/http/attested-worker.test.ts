import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { type CodeAttestationDraft, signCodeAttestation } from '@wcp/evidence/code-attestation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpDelivery } from '../../../src/delivery/http/http-delivery.ts';
import { inputFor, RULES } from '../../support/documents.ts';
import { TestHall } from '../../support/test-hall.ts';
import { ACME, answerOf, CODE, hashOf, RIVAL, recordOf } from '../../support/workers.ts';

const UNAVAILABLE = 'DENY_WORKER_HASH_UNAVAILABLE';
/** How long the Halls of these tests wait for an answer, in milliseconds. */
const ATTEST_MS = 300;
/** Deep, and longer than any attestation. */
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

type Asked = { readonly nonce: string; readonly audience: string };
type Respond = (asked: Asked, response: ServerResponse, request: IncomingMessage) => unknown;

let hall: TestHall;
let server: Server;
let key: SigningKey;
/** What the server at the worker's address does when it is asked. */
let respond: Respond;
let asked: Asked[];
let calls: { readonly code_hash?: string }[];
/** What the server answers a call with; the Hall must not get there where it denied. */
let runStatus: number;

const attested = ({ nonce, audience }: Asked, changes: Partial<CodeAttestationDraft> = {}, by = key) =>
  signCodeAttestation(
    {
      worker_id: ACME,
      code_hash: CODE,
      nonce,
      audience,
      containment: 'contained',
      enforcement: null,
      at: new Date().toISOString(),
      ...changes,
    },
    by,
  );
const honest: Respond = (question, response) => response.end(JSON.stringify(attested(question)));
/** An answer that is signed well, about something else. */
const answering =
  (changes: Partial<CodeAttestationDraft>): Respond =>
  (question, response) =>
    response.end(JSON.stringify(attested(question, changes)));

async function bodyOf(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (request.url === '/attest') {
    asked.push(body);
    respond(body, response, request);
    return;
  }
  calls.push(body);
  response.writeHead(runStatus).end(JSON.stringify(answerOf('done')));
}

beforeEach(async () => {
  [asked, calls, respond, runStatus, key] = [[], [], honest, 200, generateSigningKey()];
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const log = (message: string) => hall?.logged.push(message);
  const delivery = httpDelivery({ record: recordOf(ACME), url, attested: true, attest_ms: ATTEST_MS, log });
  hall = await TestHall.open({ rules: RULES, workers: [{ delivery }] });
  await register('org.acme', key);
});
afterEach(async () => {
  await hall.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const register = (authority: string, { publicKey }: SigningKey) =>
  hall.post('admin', '/wcp/authorities', { authority, public_key: publicKey });
const dispatch = async () =>
  (await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { env: 'prod' }))).json;
const codeOf = async () => (await dispatch()).decision.deny_code;
const shown = async () => (await hall.get('tenant', `/wcp/workers/${ACME}`)).json.worker;
const troubles = async () => (await hall.get('admin', '/wcp/health')).json.troubles;

describe('a worker whose server attests its code', () => {
  test('It runs where attestation is required, and its call names the code that was decided about.', async () => {
    expect((await shown()).remote_attestation).toMatchObject({ state: 'unasked', code_hash: null });
    const { decision, result, outcome_receipt } = await dispatch();
    expect([decision.outcome, result.result]).toEqual(['DISPATCH', 'done']);
    expect(calls).toEqual([expect.objectContaining({ code_hash: CODE })]);
    expect(asked[0]?.audience).toBe('hall.example/log');
    expect((await shown()).remote_attestation).toMatchObject({
      state: 'attested',
      code_hash: CODE,
      signing_key_id: key.keyId,
      containment: 'contained',
      code: null,
    });
    const levels = Object.values(outcome_receipt.enforcement as object).map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['declared']));
    expect(await troubles()).toEqual([]);
  });

  test('Every question has a nonce of its own, and requests that come together share one.', async () => {
    const together = Array.from({ length: 20 }, () => codeOf());
    expect(new Set(await Promise.all(together))).toEqual(new Set([null]));
    expect(asked.length).toBeLessThan(10);
    await codeOf();
    const nonces = asked.map(({ nonce }) => nonce);
    expect(new Set(nonces).size).toBe(nonces.length);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64url')).toHaveLength(32);
  });

  test('An idle connection that its server closes is no reason to deny.', async () => {
    expect(await codeOf()).toBeNull();
    let isClosed = false;
    respond = (question, response, request) => {
      if (isClosed) return honest(question, response, request);
      isClosed = true;
      return request.socket.destroy();
    };
    expect(await codeOf()).toBeNull();
    expect(isClosed).toBe(true);
  });

  test('Other code than the record attests is tampered with, however well it is signed.', async () => {
    respond = answering({ code_hash: hashOf('b') });
    expect(await codeOf()).toBe('DENY_WORKER_TAMPERED');
    expect((await shown()).state).toBe('flagged');
    respond = honest;
    expect(await codeOf()).toBe('DENY_NO_AVAILABLE_WORKER');
    expect(calls).toEqual([]);
  });

  test('Where the code changes between decision and call, nothing runs.', async () => {
    runStatus = 409;
    const { delivery_code, outcome_receipt } = await dispatch();
    expect(delivery_code).toBe('DELIVERY_CODE_CHANGED');
    expect(outcome_receipt.outcome).toMatchObject({ status: 'error' });
    expect(calls).toHaveLength(1);
  });

  test('A key counts as long as it is in force.', async () => {
    expect(await codeOf()).toBeNull();
    await hall.ask('admin', 'DELETE', `/wcp/authorities/org.acme/${key.keyId}`);
    expect(await codeOf()).toBe(UNAVAILABLE);
    expect((await shown()).remote_attestation.code).toBe('CODE_ATTESTATION_AUTHORITY_UNKNOWN');
  });
});

describe('attacks on an attestation', () => {
  const stranger = generateSigningKey();
  const attacks: readonly (readonly [title: string, code: string, attack: Respond])[] = [
    [
      'The answer to an earlier question is shown again',
      'NONCE_MISMATCH',
      ({ audience }, response) =>
        response.end(JSON.stringify(attested({ ...(asked[0] as Asked), audience }))),
    ],
    ['The answer has a nonce that nobody asked with', 'NONCE_MISMATCH', answering({ nonce: 'A'.repeat(43) })],
    [
      'The answer was made for another Hall',
      'AUDIENCE_MISMATCH',
      answering({ audience: 'other.example/log' }),
    ],
    ['The answer is that of a sibling', 'WORKER_MISMATCH', answering({ worker_id: `${ACME}-b` })],
    ['The answer is that of another authority’s worker', 'WORKER_MISMATCH', answering({ worker_id: RIVAL })],
    [
      'Another authority signs for the worker',
      'KEY_UNKNOWN',
      (question, response) => response.end(JSON.stringify(attested(question, {}, stranger))),
    ],
    [
      'Somebody between swaps the hash',
      'SIGNATURE_INVALID',
      (question, response) =>
        response.end(JSON.stringify({ ...attested(question, { code_hash: hashOf('b') }), code_hash: CODE })),
    ],
    [
      'Somebody between signs with a key of their own and names the right one',
      'SIGNATURE_INVALID',
      (question, response) => {
        const { signature } = attested(question, {}, stranger);
        response.end(JSON.stringify({ ...attested(question), signature }));
      },
    ],
    ['The clock of the server is behind', 'STALE', answering({ at: '2026-01-01T00:00:00Z' })],
    ['The clock of the server is ahead', 'FROM_FUTURE', answering({ at: '2199-01-01T00:00:00Z' })],
    ['The server never answers', 'TIMEOUT', () => {}],
    [
      'The server sends a byte at a time',
      'TIMEOUT',
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
    [
      'The answer has no end',
      'TOO_LARGE',
      (_, response) => {
        const timer = setInterval(() => response.write('x'.repeat(50_000)), 1);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['The answer is larger than any attestation', 'TOO_LARGE', (_, response) => response.end(DEEP)],
    [
      'The answer is nested deeper than anything is read',
      'MALFORMED',
      (_, response) => response.end(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    ],
    ['The answer is not JSON', 'MALFORMED', (_, response) => response.end('<html>')],
    ['The answer has a name twice', 'MALFORMED', (_, response) => response.end('{"nonce":"a","nonce":"b"}')],
    [
      'The answer has a member more, unsigned',
      'MALFORMED',
      (question, response) => response.end(JSON.stringify({ ...attested(question), trusted: true })),
    ],
    ['The connection breaks', 'UNREACHABLE', (_, __, request) => request.socket.destroy()],
    [
      'The server sends the Hall elsewhere',
      'NOT_ANSWERED',
      (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/attest' }).end(),
    ],
    ['The server knows no such request', 'NOT_ANSWERED', (_, response) => response.writeHead(404).end('{}')],
  ];

  test.each(attacks)('%s: %s.', async (_, name, attack) => {
    const code = `CODE_ATTESTATION_${name}`;
    await register('org.rival', stranger);
    expect(await codeOf()).toBeNull();
    const before = calls.length;
    respond = attack;
    expect(await codeOf()).toBe(UNAVAILABLE);
    expect(calls).toHaveLength(before);
    const { remote_attestation, remarks } = await shown();
    expect(remote_attestation).toMatchObject({ state: 'refused', code, code_hash: null });
    expect(remarks).toContainEqual({ code: 'WORKER_NOT_ATTESTED', message: remote_attestation.message });
    expect(await troubles()).toContainEqual({
      code: 'WORKER_NOT_ATTESTED',
      message: `${ACME}: ${remote_attestation.message}`,
    });
    expect(hall.logged.join('\n')).toContain(`${ACME}: ${remote_attestation.message}`);
    respond = honest;
    expect(await codeOf()).toBeNull();
    expect((await shown()).remote_attestation.state).toBe('attested');
  });

  test('What two authorities registered speaks for neither.', async () => {
    await register('org.rival', key);
    expect(await codeOf()).toBe(UNAVAILABLE);
    expect((await shown()).remote_attestation.code).toBe('CODE_ATTESTATION_AUTHORITY_UNKNOWN');
  });

  test('Without a key, health names no worker.', async () => {
    respond = () => {};
    await codeOf();
    const { json } = await hall.get('nobody', '/wcp/health');
    expect(JSON.stringify(json.troubles)).toContain('WORKER_NOT_ATTESTED');
    expect(JSON.stringify(json.troubles)).not.toContain(ACME);
  });
});

test('Where its server is not asked, a worker elsewhere has no code that the Hall knows of, and its call names none.', async () => {
  const delivery = httpDelivery({ record: recordOf(ACME), url: 'http://127.0.0.1:9' });
  expect([await delivery.observe(), delivery.attestation?.()]).toEqual([null, null]);
  await delivery.close();
});
