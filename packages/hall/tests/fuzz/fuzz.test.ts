import { generateSigningKey } from '@wcp/evidence';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATOR } from '../../src/identity/principal.ts';
import { inputFor } from '../support/documents.ts';
import { type Person, TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, recordOf } from '../support/workers.ts';
import { anyBody } from './bodies.ts';
import { judge, MARKER } from './judge.ts';
import {
  type Call,
  callOf,
  encode,
  fill,
  type Grammar,
  type Operation,
  oddBodies,
  operationsOf,
  PEOPLE,
  peopleFor,
  personFor,
} from './operations.ts';
import { anyText, ODD_TEXTS, type Words } from './shapes.ts';

const DEEP = process.env['WCP_DEEP'] === '1';
/** `WCP_SEED=<n>` repeats a run; without it every run looks somewhere else. */
const SEED = Number(process.env['WCP_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = DEEP ? 2_000 : 80;
/** No answer may take longer. */
const PATIENCE_MS = 5_000;

let hall: TestHall;
let grammar: Grammar;
let operations: readonly Operation[];

beforeAll(async () => {
  hall = await TestHall.open({ timeout_ms: 1_000 });
  const { key } = await hall.hall.parts.identity.keys.create({
    label: 'marked',
    roles: ['tenant'],
    tenant_id: MARKER,
  });
  hall.keys.set('both', key);
  const marked = { correlation_id: `${MARKER}-corr`, request: { text: `${MARKER}-text` } };
  const their = await hall.post('both', '/wcp/dispatch', inputFor(MARKER, marked));
  const held = inputFor(MARKER, { ...marked, capability_id: CAPABILITIES.held });
  const theirHold = await hall.post('both', '/wcp/dispatch', held);
  const ours = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
  const document = (await hall.get('nobody', '/wcp/openapi.json')).json;
  operations = operationsOf(document.paths);
  const spare = await hall.hall.parts.identity.keys.create({ label: 'spare', roles: ['auditor'] });
  const signer = generateSigningKey();
  const decisions = [ours, their].map(({ json }) => json.decision.decision_id);
  const holds = [theirHold.json.decision.decision_id, (await hall.hold()).approval_id];
  const words = {
    capability_id: Object.values(CAPABILITIES),
    tenant_id: ['tenant-a', 'tenant-a', 'tenant-a', 'tenant-b'],
    env: ['dev', 'stage'],
    policy_version: ['policy.v7'],
    blast_score: [0, 1],
    key_id: [spare.key_id, signer.keyId],
    public_key: [signer.publicKey],
    issuer: ['issuer.example'],
    keys: [{ keys: [{ kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 9).toString('base64url') }] }],
    label: ['made'],
    roles: [['auditor'], ['tenant'], ['worker-owner', 'steward']],
    expires_at: [null, '2099-01-01T00:00:00Z'],
    grace_seconds: [0, 60],
    decision_id: [...decisions, ...holds],
    approval_id: holds,
    worker_id: [ACME, 'org.rival.summarizer.one'],
    record: [recordOf(ACME), recordOf('org.rival.summarizer.one')],
    digest: [hall.hall.parts.activeWorld.current.world.digest],
    stream: ['tenant-a', MARKER, '(registry)', '(none)'],
    authority: ['org.acme', 'org.rival', null],
    scope: ['tenant', 'correlation'],
    value: ['tenant-z'],
    since: ['0', '1', '2.1'],
    cursor: ['0', '3'],
    limit: ['1', '1000'],
    position: ['0', '2'],
    first: ['1', '2'],
  };
  const outside = { correlation_id: ['corr-1', `${MARKER}-corr`] };
  grammar = { schemas: document.components.schemas, words, outside };
});
afterAll(() => hall.close());

async function send(person: Person, { method, url, headers = {}, body }: Call) {
  const timer = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`hangs: ${person} ${method} ${url}`)), PATIENCE_MS).unref();
  });
  const asking = hall.hall.app.inject({
    method: method as 'GET',
    url,
    headers: {
      ...hall.authorization(person),
      ...(body === undefined ? {} : { 'content-type': body.type }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body.bytes }),
    payloadAsStream: true,
  });
  const answer = await Promise.race([asking, timer]);
  const type = String(answer.headers['content-type'] ?? '');
  const stream = answer.stream();
  let text = '';
  if (type === 'text/event-stream') setTimeout(() => stream.destroy(), 10);
  try {
    for await (const chunk of stream) text += String(chunk);
  } catch {
    // An endless answer is left, which is no fault of it.
  }
  return {
    person,
    what: `${method} ${url} ${body?.bytes.subarray(0, 200) ?? ''}`,
    status: answer.statusCode,
    type,
    text,
  };
}

/** What one request changed must not spoil the next. */
async function calm(): Promise<void> {
  const { freezes, registry, registryAdmin } = hall.hall.parts;
  for (const freeze of freezes.list()) freezes.lift(freeze);
  if (registry.get(ACME) === null) await registryAdmin.enrol({ record: recordOf(ACME) }, OPERATOR);
}

const settings = (runs = RUNS): fc.Parameters<unknown> => ({
  seed: SEED,
  numRuns: runs,
  endOnFailure: !DEEP,
  interruptAfterTimeLimit: DEEP ? 60_000 : 2_000,
  markInterruptAsFailure: false,
});

console.log(`fuzz: from seed ${SEED} (repeat with WCP_SEED=${SEED})`);

test('No operation, however it is called, fails, hangs or reveals what it must not.', async () => {
  for (const one of operations) {
    const promised = Object.keys(one.operation.responses);
    await fc.assert(
      fc.asyncProperty(personFor(one), callOf(one, grammar), async (person, call) => {
        await calm();
        const seen = await send(person, call);
        // A path that nobody could mean is no operation: it is not found.
        judge(seen, seen.status === 404 || seen.status === 414 ? null : promised);
      }),
      settings(),
    );
  }
}, 600_000);

test('No member or parameter, whatever its value, makes the Hall fail, hang or reveal what it must not.', async () => {
  for (const one of operations) {
    const promised = Object.keys(one.operation.responses).concat('404');
    const [person = 'admin'] = peopleFor(one).filter((found) => found !== 'nobody');
    const judged = async (call: Call) => {
      await calm();
      judge(await send(person, call), promised);
    };
    for (const call of fc.sample(callOf(one, grammar, 'as it should be'), { seed: SEED, numRuns: 1 })) {
      for (const bytes of oddBodies(call.body)) {
        await judged({ ...call, body: { bytes, type: 'application/json' } });
      }
    }
    for (const { name } of (one.operation.parameters ?? []).filter((parameter) => parameter.in === 'query')) {
      for (const text of ODD_TEXTS) {
        await judged({ method: one.method, url: `${fill(one.path, grammar.words)}?${name}=${encode(text)}` });
      }
    }
  }
}, 600_000);

test('No list and no record reveals to any caller what it must not.', async () => {
  for (const { method, path, operation } of operations.filter((one) => one.method === 'GET')) {
    const url = fill(path, grammar.words);
    const words: Words = { ...grammar.words, ...grammar.outside };
    const queries = (operation.parameters ?? []).flatMap(({ name, in: place }) =>
      place === 'query' ? (words[name] ?? []).map((word) => `?${name}=${encode(word)}`) : [],
    );
    const urls = (words['decision_id'] ?? []).map((id) =>
      fill(path, grammar.words, { decision_id: id, approval_id: id }),
    );
    for (const received of new Set([url, ...queries.map((query) => url + query), ...urls])) {
      for (const person of PEOPLE) {
        judge(await send(person, { method, url: received }), Object.keys(operation.responses));
      }
    }
  }
}, 600_000);

test('No body, whatever it holds, makes the Hall fail, hang or reveal what it must not.', async () => {
  const urls = operations.filter(({ operation }) => operation.requestBody !== undefined);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...urls),
      fc.constantFrom<Person>('tenant', 'steward', 'admin'),
      anyBody,
      async ({ method, path, operation }, person, body) => {
        await calm();
        const url = path.replace(/\{\w+\}/g, 'org.acme');
        judge(await send(person, { method, url, body }), Object.keys(operation.responses).concat('404'));
      },
    ),
    settings(RUNS * 6),
  );
}, 600_000);

test('No path or header makes the Hall fail, hang or reveal what it must not.', async () => {
  const header = fc.string({ unit: fc.constantFrom(...'aB0 .-_~:;,=/%"\'()[]{}\\\t'), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE'),
      fc.array(
        fc.oneof(anyText.map(encode), fc.constantFrom('wcp', 'workers', '..', '%2e%2e', '%', '%E0%A4%A', '')),
        {
          maxLength: 5,
        },
      ),
      fc.record(
        { authorization: header, accept: header, 'content-type': header, host: header },
        { requiredKeys: [] },
      ),
      async (method, segments, headers) => {
        const url = `/${segments.join('/')}`;
        judge(await send('nobody', { method, url, headers }), null);
      },
    ),
    settings(RUNS * 8),
  );
}, 600_000);

test('Afterwards the Hall still dispatches, its evidence verifies, and nobody has seen the marker.', async () => {
  await calm();
  const { status } = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
  expect(status).toBe(200);
  expect(hall.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  const { json } = await hall.get('auditor', '/wcp/decisions?limit=1000');
  expect(JSON.stringify(json)).toContain(MARKER);
});
