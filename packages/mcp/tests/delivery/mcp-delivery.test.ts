import { expect, test } from 'vitest';
import { ClientRequests } from '../../src/delivery/client-requests.ts';
import { openGoverned, toolNamed } from '../catalog/governed.ts';
import { until } from '../upstream/scripted.ts';

const named = (...names: string[]) => names.map((name) => toolNamed(name));

for (const REVISION of ['modern', 'legacy']) {
  test(`A call passes the Hall, and its result is the ${REVISION} server’s own, whole.`, async () => {
    const governed = await openGoverned({ env: { REVISION } });
    const direct = await governed.upstream.request('tools/call', {
      name: 'echo',
      arguments: { a: [1, null] },
    });
    const answer = await governed.dispatch('echo', { a: [1, null] });
    expect(answer.decision).toMatchObject({ outcome: 'DISPATCH', worker_id: 'x.test.mcp-scripted.echo' });
    expect(answer.result).toEqual({
      status: 'ok',
      result: direct,
      telemetry: [],
      evidence: [],
      deny_reason: null,
    });
    expect(answer.outcome_receipt?.outcome?.status).toBe('ok');
    expect(answer.outcome_receipt?.enforcement?.filesystem_writes).toEqual({ level: 'declared', by: null });
  });
}

test('A result that says that it is an error is a result.', async () => {
  const governed = await openGoverned({ tools: named('failing') });
  const { result } = await governed.dispatch('failing');
  expect(result).toMatchObject({
    status: 'ok',
    result: { content: [], isError: true, structuredContent: 7 },
  });
});

test('An error of the server is an answer of the worker: code, words and data come through.', async () => {
  const governed = await openGoverned({ tools: named('fault') });
  const answer = await governed.dispatch('fault');
  expect(answer.delivery_code).toBeNull();
  expect(answer.outcome_receipt?.outcome?.status).toBe('error');
  expect(answer.result?.deny_reason).toEqual({
    code: 'MCP_ERROR',
    message: 'no such thing',
    mcp: { code: -32_602, message: 'no such thing', data: { 'x-unknown': 1 } },
  });
});

test('Progress crosses the Hall to the client of the call, and to no other.', async () => {
  const governed = await openGoverned({ tools: named('slow') });
  const told: unknown[] = [];
  const call = (steps: number) => ({
    tenant_id: 'acme',
    correlation_id: 'c-1',
    capability_id: 'x.test.mcp-scripted.slow',
    request: { tool: 'slow', arguments: { ms: 5, steps } },
  });
  const signal = new AbortController().signal;
  const unlink = governed.links.link(call(2), { signal, onProgress: (params) => told.push(params) });
  const other = governed.links.link(call(3), { signal, onProgress: () => told.push('other') });
  await governed.dispatch('slow', { ms: 5, steps: 2 });
  await governed.dispatch('slow', { ms: 5, steps: 2 }, { correlation_id: 'c-2' });
  unlink();
  other();
  expect(told).toMatchObject([{ progress: 1 }, { progress: 2, 'x-unknown': true }]);
});

test('A client that cancels its call cancels it at the server, and nobody knows what ran.', async () => {
  const governed = await openGoverned({ tools: named('slow') });
  const controller = new AbortController();
  const request = { tool: 'slow', arguments: { ms: 60_000 } };
  const call = {
    tenant_id: 'acme',
    correlation_id: 'c-1',
    capability_id: 'x.test.mcp-scripted.slow',
    request,
  };
  governed.links.link(call, { signal: controller.signal });
  const answered = governed.dispatch('slow', { ms: 60_000 });
  await until(() => governed.received().some(({ method }) => method === 'tools/call'));
  controller.abort();
  const answer = await answered;
  expect(answer.delivery_code).toBe('DELIVERY_CANCELLED');
  expect(answer.outcome_receipt?.outcome?.status).toBe('unknown');
  await until(() => governed.received().some(({ method }) => method === 'notifications/cancelled'));
});

test('A Hall that closes ends the call at the server, and the outcome says so.', async () => {
  const governed = await openGoverned({ tools: named('slow') });
  const answered = governed.dispatch('slow', { ms: 60_000 });
  await until(() => governed.received().some(({ method }) => method === 'tools/call'));
  await Promise.all([
    governed.hall.close(0),
    answered.then(({ delivery_code }) => expect(delivery_code).toBe('DELIVERY_INTERRUPTED')),
  ]);
  await until(() => governed.received().some(({ method }) => method === 'notifications/cancelled'));
});

test('A server that ends in the middle of a call fails it, and takes the next.', async () => {
  const governed = await openGoverned({ tools: named('exit', 'echo') });
  expect((await governed.dispatch('exit')).delivery_code).toBe('DELIVERY_CRASHED');
  expect((await governed.dispatch('echo')).result?.status).toBe('ok');
  expect(governed.received().filter(({ method }) => method === 'tools/call')).toHaveLength(2);
});

test('A result that is too long has an honest outcome: the tool ran. The next call works.', async () => {
  const governed = await openGoverned({
    tools: named('big', 'echo', 'inexact'),
    settings: { limits: { message_bytes: 9_500_000 } },
  });
  for (const [bytes, code] of [
    [1e6, null],
    [9e6, null],
    [12e6, 'DELIVERY_ANSWER_TOO_LARGE'],
  ] as const) {
    const answer = await governed.dispatch('big', { bytes });
    expect(answer.delivery_code).toBe(code);
    expect(answer.outcome_receipt?.outcome?.status).toBe(code === null ? 'ok' : 'error');
  }
  expect((await governed.dispatch('inexact')).delivery_code).toBe('DELIVERY_NUMBER_NOT_EXACT');
  expect((await governed.dispatch('echo')).delivery_code).toBeNull();
  const bounded = await openGoverned({ tools: named('big'), answer_bytes: 1_000 });
  expect((await bounded.dispatch('big', { bytes: 500 })).delivery_code).toBeNull();
  expect((await bounded.dispatch('big', { bytes: 1_000 })).delivery_code).toBe('DELIVERY_ANSWER_TOO_LARGE');
});

test('A tool that asks its client for input gets it only where the operator has turned that on.', async () => {
  const off = await openGoverned({ env: { REVISION: 'modern' }, tools: named('input') });
  const refused = await off.dispatch('input');
  expect(refused.result).toMatchObject({ status: 'denied', deny_reason: { code: 'MCP_INPUT_REFUSED' } });
  const client_requests = new ClientRequests({
    alias: 'scripted',
    kinds: ['elicitation'],
    isOwnPage: () => false,
  });
  const on = await openGoverned({ env: { REVISION: 'modern' }, tools: named('input'), client_requests });
  expect((await on.dispatch('input')).result).toMatchObject({
    status: 'ok',
    result: { resultType: 'input_required', requestState: 's' },
  });
});

test('A request that names another tool than the one that was decided about is not sent.', async () => {
  const governed = await openGoverned();
  for (const request of [{ tool: 'neighbour' }, { tool: 'echo', arguments: [] }, {}]) {
    const answer = await governed.dispatch('echo', {}, { request });
    expect(answer.delivery_code).toBe('DELIVERY_CALL_INVALID');
  }
  expect(governed.received().some(({ method }) => method === 'tools/call')).toBe(false);
});

test('Twenty calls leave twenty decisions and twenty outcomes.', async () => {
  const governed = await openGoverned();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      governed.dispatch('echo', { index }, { correlation_id: `c-${index}` }),
    ),
  );
  expect(new Set(answers.map(({ receipt }) => receipt.decision_id)).size).toBe(20);
  expect(answers.every(({ outcome_receipt }) => outcome_receipt?.outcome?.status === 'ok')).toBe(true);
  expect(answers.map(({ result }) => Object(result?.result).structuredContent.arguments.index)).toEqual(
    answers.map((_, index) => index),
  );
});
