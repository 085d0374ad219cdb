import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { HeldOutcome } from '../../src/base/gateway.ts';
import { openRemoteGateway } from '../../src/index.ts';
import { until } from '../upstream/scripted.ts';
import { codeOf, GatewayFolder } from './gateway-folder.ts';

/** A gateway before the Hall of another one, which has the servers. */
async function before(
  folder: GatewayFolder,
  change: { readonly tenant_id?: string; readonly url?: string } = {},
) {
  const url = folder.gateway.urls?.hall ?? '';
  const options = { url, key: folder.key('agent'), tenant_id: 'agent.local', version: '1.0.0', ...change };
  const remote = await openRemoteGateway(options);
  onTestFinished(() => remote.close());
  const signal = new AbortController().signal;
  const call = (name: string, given: object = {}, more: object = {}) =>
    remote.gateway.callTool(remote.caller, { name, arguments: given }, { signal, ...more });
  return { remote, call };
}

test('Before a Hall that runs elsewhere the tools are those that are enrolled there, and each call is decided there.', async () => {
  const folder = await GatewayFolder.open();
  const { remote, call } = await before(folder);
  const names = (await remote.gateway.listTools(remote.caller)).map(
    (tool) => (tool as { name: string }).name,
  );
  expect(names).toEqual(expect.arrayContaining(['echo', 'big', 'pid']));
  expect(await call('echo', { a: 1 })).toMatchObject({
    result: { structuredContent: { arguments: { a: 1 } } },
  });
  expect(codeOf(await call('environment'))).toBe('DENY_NO_MATCHING_RULE');
  expect((await call('nobody')).kind).toBe('error');
  const held = (await call('big', { bytes: 3 })) as HeldOutcome;
  const retry = { request_state: held.request_state };
  expect((await call('big', { bytes: 3 }, retry)).kind).toBe('held');
  await folder.resolve(held.approval_id, 'approve');
  expect(await call('big', { bytes: 3 }, retry)).toMatchObject({ result: { content: [{ text: 'xxx' }] } });
  expect(codeOf(await call('big', { bytes: 4 }, retry))).toBe('REQUEST_STATE_INVALID');
  expect(folder.ran()).toEqual(['echo', 'big']);
});

test('Before a Hall that runs elsewhere a held call is a task as well, which its approval there ends.', async () => {
  const folder = await GatewayFolder.open();
  const { remote, call } = await before(folder);
  const { task_id = '', approval_id } = (await call('big', { bytes: 3 })) as HeldOutcome;
  const signal = new AbortController().signal;
  const state = async () => {
    const outcome = await remote.gateway.tasks?.get(remote.caller, task_id, { signal });
    return outcome?.kind === 'result' ? outcome.result : outcome;
  };
  expect(await state()).toMatchObject({ taskId: task_id, status: 'working' });
  await folder.resolve(approval_id, 'approve');
  expect(await state()).toMatchObject({ status: 'completed', result: { content: [{ text: 'xxx' }] } });
  expect(folder.ran()).toEqual(['big']);
});

test('A key that is another tenant’s gets nothing decided.', async () => {
  const folder = await GatewayFolder.open();
  const { call } = await before(folder, { tenant_id: 'agent.other' });
  expect(codeOf(await call('echo'))).toBe('HALL_REFUSED');
  expect(folder.ran()).toEqual([]);
});

test('Progress and cancellation cross a Hall that runs elsewhere, and the receipt says that nobody knows what was done.', async () => {
  const folder = await GatewayFolder.open();
  const { call } = await before(folder);
  const told: unknown[] = [];
  const onProgress = (progress: unknown) => told.push(progress);
  const slow = await call('slow', { ms: 1, steps: 2 }, { onProgress });
  expect(slow).toMatchObject({ result: { content: [{ text: 'done' }] } });
  expect(told).toMatchObject([1, 2].map((progress) => ({ progress, total: 2, 'x-unknown': true })));
  const client = new AbortController();
  const cancelled = call('slow', { ms: 600_000, steps: 1 }, { onProgress, signal: client.signal });
  await until(() => told.length === 3);
  client.abort(new Error('not wanted'));
  await expect(cancelled).rejects.toThrow('not wanted');
  await until(() => folder.cancelled() === 1);
  expect(await call('echo', { a: 2 })).toMatchObject({ kind: 'result' });
  const outcomes = await folder.receipts('outcome');
  expect(outcomes.map((receipt) => (receipt as { outcome?: { status: string } }).outcome?.status)).toEqual([
    'ok',
    'unknown',
    'ok',
  ]);
});

test('A Hall that is lost in the middle of a call leaves a sentence that nobody knows whether it ran.', async () => {
  const folder = await GatewayFolder.open();
  const { call } = await before(folder);
  const told: unknown[] = [];
  const lost = call('slow', { ms: 600_000, steps: 1 }, { onProgress: (said: unknown) => told.push(said) });
  await until(() => told.length === 1);
  await folder.gateway.close();
  expect(codeOf(await call('echo'))).toBe('HALL_LOST');
  expect(codeOf(await lost)).toBe('DELIVERY_INTERRUPTED');
});

/** A way to a Hall that puts words of a later revision into its answers. */
async function newerHall(url: string, words: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer(async (asked, answer) => {
    const body = await text(asked);
    const { host: _, connection: __, 'content-length': ___, ...headers } = asked.headers;
    const { method = 'GET' } = asked;
    const sent = { method, headers: headers as Record<string, string>, ...(body !== '' && { body }) };
    const got = await fetch(new URL(asked.url ?? '/', url), sent);
    const said = Object.entries(words).reduce(
      (all, [word, newer]) => all.replaceAll(word, newer),
      await got.text(),
    );
    answer.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? '' }).end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const textOf = (outcome: unknown) =>
  (outcome as { result: { content: [{ text: string }] } }).result.content[0].text;

test('A decision of a Hall elsewhere that is newer than the gateway lets nothing through, and has a code and a remedy.', async () => {
  const folder = await GatewayFolder.open();
  const url = await newerHall(folder.gateway.urls?.hall ?? '', {
    DENY_NO_MATCHING_RULE: 'constructor',
    '"STEWARD_HOLD"': '"DEFERRED"',
    '"pending_approval_id":"': '"pending":"',
  });
  const { call } = await before(folder, { url });
  const denied = textOf(await call('environment'));
  expect(denied).toMatch(/^constructor: No rule .* Nothing ran\.\nThis gateway does not know the code\. /);
  expect(denied).toMatch(/\(decision [0-9a-f-]{36}\)$/);
  const deferred = textOf(await call('big'));
  expect(deferred).toMatch(/^DECISION_UNKNOWN: .*\(DEFERRED\).*\nFind out what has changed/);
  expect(folder.ran()).toEqual([]);
});

test('An approval in a state that only a newer Hall knows is not taken for one that runs.', async () => {
  const folder = await GatewayFolder.open();
  const url = await newerHall(folder.gateway.urls?.hall ?? '', { '"state":"denied"': '"state":"withdrawn"' });
  const { call } = await before(folder, { url });
  const { approval_id, request_state } = (await call('big')) as HeldOutcome;
  await folder.resolve(approval_id, 'deny');
  expect(textOf(await call('big', {}, { request_state }))).toMatch(/^APPROVAL_STATE_UNKNOWN: .*\nLook at/);
  expect(folder.ran()).toEqual([]);
});
