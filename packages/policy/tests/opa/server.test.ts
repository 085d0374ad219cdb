import { expect, onTestFinished, test } from 'vitest';
import { type LoadedGate, openGate } from '../../src/index.ts';
import { type OpaServerOptions, opaServer } from '../../src/opa/index.ts';
import { jsonServer, type Received } from '../support/json-server.ts';
import { gateRequest } from '../support/request.ts';

const bodyOf = ({ body }: Received) => (body as { readonly input: ReturnType<typeof gateRequest> }).input;

/** Answers as OPA does: acme may, all others may not. */
const answerAsOpa = (question: Received) => ({
  result:
    bodyOf(question).tenant_id === 'acme'
      ? { decision: 'ALLOW', reason: 'acme may' }
      : { decision: 'DENY', reason: 'no' },
});

async function open(options: OpaServerOptions): Promise<LoadedGate> {
  const gate = await openGate(opaServer(options));
  onTestFinished(() => gate.close());
  return gate;
}

test('Each request is the input of the rule, and errors of built-in functions are not passed over.', async () => {
  const server = await jsonServer(answerAsOpa);
  const gate = await open({ url: server.url, path: 'main/gate/verdict' });
  const request = gateRequest({ privilege_context: { purpose: 'audit' } });
  expect(await gate.decide(request)).toEqual({
    decision: 'ALLOW',
    reason: 'acme may',
    policy_version: gate.policy_version,
  });
  expect(server.received.at(-1)).toMatchObject({
    method: 'POST',
    url: '/v1/data/main/gate/verdict?strict-builtin-errors=true&provenance=true',
    body: { input: request },
  });
});

test('A verdict names the revisions of the bundles that decided it, which may change at any time.', async () => {
  const server = await jsonServer(answerAsOpa);
  const gate = await open({ url: server.url });
  const versionWith = async (provenance: unknown) => {
    server.answer = (question) => ({ ...answerAsOpa(question), provenance });
    return (await gate.decide(gateRequest())).policy_version;
  };
  const first = await versionWith({ version: '1.9.0', bundles: { main: { revision: 'a' } } });
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await versionWith({ version: '1.9.0', bundles: { main: { revision: 'b' } } })).not.toBe(first);
  expect(await versionWith({ version: '1.9.0', bundles: { main: { revision: 'a' } } })).toBe(first);
  for (const unknown of [
    {},
    null,
    'x',
    { bundles: {} },
    { bundles: { a: { revision: 'a' }, b: {} } },
    { bundles: { a: null } },
  ]) {
    expect(await versionWith(unknown)).toBe(gate.policy_version);
  }
});

test('What OPA says of an undefined rule, and anything that is not a decision, is no verdict.', async () => {
  const server = await jsonServer(answerAsOpa);
  const gate = await open({ url: server.url });
  const wrong = [
    {},
    [],
    'x',
    { result: null },
    { result: 1 },
    { result: [] },
    { result: { allow: true } },
    { result: { decision: 'ALLOW' } },
  ];
  for (const answer of wrong) {
    server.answer = () => answer;
    const failed = Promise.resolve(gate.decide(gateRequest()));
    await expect(failed, JSON.stringify(answer)).rejects.toMatchObject({ code: 'ERR_WCP_POLICY_ANSWER' });
  }
});

test('Loading asks nobody, and says so; a gate opens only once the server has answered.', async () => {
  const server = await jsonServer(answerAsOpa);
  const loading = await opaServer({ url: server.url }).load();
  expect(loading).toMatchObject({ ok: true, unchecked: [] });
  expect(server.received).toEqual([]);
  server.answer = () => ({ result: true });
  await expect(open({ url: server.url })).rejects.toMatchObject({
    findings: [{ code: 'POLICY_SELF_TEST_ALLOWED' }],
  });
  await server.close();
  await expect(open({ url: server.url })).rejects.toMatchObject({
    findings: [{ code: 'POLICY_SELF_TEST_UNANSWERED' }],
  });
});

test('A path that would reach another endpoint is refused.', async () => {
  for (const path of [
    '',
    '/wcp',
    'wcp/',
    '../policies',
    'wcp/%2e%2e',
    'wcp?pretty',
    'wcp.decision',
    'a//b',
  ]) {
    const loading = await opaServer({ url: 'http://127.0.0.1:1', path }).load();
    expect(loading, path).toMatchObject({ ok: false, findings: [{ code: 'POLICY_RULE_PATH' }] });
  }
});
