import { expect, test } from 'vitest';
import { ClientRequests } from '../../src/delivery/client-requests.ts';
import { isPageOf } from '../../src/gateway/approval-page.ts';
import { createPassedStates } from '../../src/hold/passed-state.ts';
import { codeOf } from '../gateway/gateway-folder.ts';
import {
  AskedClient,
  CALLS_AGAIN,
  passingServer,
  REQUESTS,
  SharedGateway,
  saidBy,
} from './passing-gateway.ts';

const ALL = { sampling: true, elicitation: true, roots: true };
const shared = new SharedGateway(
  passingServer('off', 'legacy'),
  passingServer('off-now', 'modern'),
  passingServer('one', 'legacy', { elicitation: true, results: { redact: ['secret-\\d+'] } }),
  passingServer('all', 'legacy', ALL),
  passingServer('now', 'modern', ALL),
);
const REFUSED = { error: -32_603 };

test('What a server asks its client for is refused until the operator turns it on, and declared to it only then.', async () => {
  const client = new AskedClient();
  const answers = saidBy(await shared.call('off', 'asks', { requests: REQUESTS }, client.call))['answers'];
  expect(answers).toEqual({ sampling: REFUSED, elicitation: REFUSED, roots: REFUSED });
  expect(saidBy(await shared.call('off', 'declared'))).toEqual({});
  expect(codeOf(await shared.call('off-now', 'asks', { requests: REQUESTS }, CALLS_AGAIN))).toBe(
    'MCP_INPUT_REFUSED',
  );
  expect(saidBy(await shared.call('off-now', 'declared', {}, CALLS_AGAIN))).toMatchObject({
    'io.modelcontextprotocol/clientCapabilities': {},
  });
  expect(client.asked).toEqual([]);
});

test('One kind that is turned on passes alone, marked with the name of its server, and without what the operator keeps back.', async () => {
  const client = new AskedClient();
  const elicitation = {
    ...REQUESTS.elicitation,
    params: { message: 'Is it secret-42?', requestedSchema: {} },
  };
  const outcome = await shared.call('one', 'asks', { requests: { ...REQUESTS, elicitation } }, client.call);
  expect(saidBy(outcome)['answers']).toEqual({
    sampling: REFUSED,
    elicitation: { answered: 'elicitation/create' },
    roots: REFUSED,
  });
  const message = 'The server "one" asks: Is it [redacted: pattern]?';
  const params = { message, requestedSchema: {}, _meta: { 'org.wcp/server': 'one' } };
  expect(client.asked).toEqual([{ method: 'elicitation/create', params }]);
});

test('Each request that passes is decided, and leaves a decision and an outcome beside those of its call.', async () => {
  const segments = ['asks', 'elicitation-create', 'roots-list', 'sampling-create'].map((each) =>
    each === 'asks' ? 'all.all-asks' : `all.${each}`,
  );
  const [decided, ended] = [await shared.decidedAbout(), await shared.decidedAbout('outcome')];
  const client = new AskedClient();
  await shared.call('all', 'asks', { requests: REQUESTS }, client.call);
  expect(client.asked.length).toBe(3);
  expect((await shared.decidedAbout()).slice(decided.length).sort()).toEqual(segments);
  expect((await shared.decidedAbout('outcome')).slice(ended.length).sort()).toEqual(segments);
});

test('A server in the current revision asks in its result, and its call goes on when the client calls again.', async () => {
  const before = (await shared.decidedAbout()).length;
  const given = { requests: { name: REQUESTS.elicitation }, state: 'step-1' };
  const first = (await shared.call('now', 'asks', given, CALLS_AGAIN)) as { result: Record<string, unknown> };
  const params = { message: 'The server "now" asks: Your name?' };
  expect(first.result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { name: { method: 'elicitation/create', params } },
  });
  const request_state = first.result['requestState'] as string;
  const again = { ...CALLS_AGAIN, request_state, input_responses: { name: { action: 'accept' } } };
  const answers = { name: { action: 'accept' } };
  expect(saidBy(await shared.call('now', 'asks', given, again))).toEqual({ answers, state: 'step-1' });
  const segments = ['now.now-asks', 'now.elicitation-create', 'now.now-asks'];
  expect((await shared.decidedAbout()).slice(before)).toEqual(segments);
});

test('The state of a server counts for its call and tenant alone: anything else is an error, and nothing is dispatched.', async () => {
  const { folder } = shared;
  const given = { requests: { name: REQUESTS.elicitation }, state: 'step-1' };
  const first = (await shared.call('now', 'asks', given, CALLS_AGAIN)) as {
    result: { requestState: string };
  };
  const request_state = first.result.requestState;
  const before = (await shared.decidedAbout()).length;
  const answers = { ...CALLS_AGAIN, input_responses: { name: {} } };
  const stranger = { ...folder.caller, tenant_id: 'agent.other' };
  for (const outcome of [
    await shared.call('now', 'asks', given, { ...answers, request_state: `${request_state}-TAMPERED` }),
    await shared.call('now', 'asks', { ...given, state: 'other' }, { ...answers, request_state }),
    await shared.call('now', 'declared', given, { ...answers, request_state }),
    await shared.call('now', 'asks', given, { ...answers, request_state }, stranger),
  ])
    expect(outcome).toMatchObject({ kind: 'error', code: -32_602 });
  expect((await shared.decidedAbout()).length).toBe(before);
});

test('The state of a server expires, and one that is too long is not passed on.', () => {
  let now = 0;
  const states = createPassedStates({ key: new Uint8Array(32), now: () => now });
  const call = { tenant_id: 'a', subject: 's', arguments_digest: 'sha256:0' };
  const text = states.seal('kept', call) ?? '';
  expect(states.open(text, call)).toEqual({ ok: true, state: 'kept' });
  now = 3_600_001;
  expect(states.open(text, call)).toEqual({ ok: false, fault: 'expired' });
  expect(states.seal('x'.repeat(1_000_000), call)).toBeNull();
});

test('A client that can be asked at once is asked for what a server in the current revision wants.', async () => {
  const client = new AskedClient();
  const given = { requests: REQUESTS, state: 'step-1' };
  const answers = Object.entries(REQUESTS).map(([name, { method }]) => [name, { answered: method }]);
  expect(saidBy(await shared.call('now', 'asks', given, client.call))).toEqual({
    answers: Object.fromEntries(answers),
    state: 'step-1',
  });
});

test('A server is told what the client of the call declared of that which is turned on, and nothing else.', async () => {
  const declared = async (call: object) =>
    saidBy(await shared.call('now', 'declared', {}, call))['io.modelcontextprotocol/clientCapabilities'];
  expect(await declared({ capabilities: { sampling: {}, extensions: { x: {} }, roots: 7 } })).toEqual({
    sampling: {},
  });
  expect(await declared({})).toEqual({});
});

test('Where several calls are open, a request that may be of any of them is refused: no client is asked for another.', async () => {
  const [begun, over] = [deferred(), deferred()];
  const slow = new AskedClient(async () => {
    begun.resolve();
    await over.promise;
    return { answered: 'slow' };
  });
  const first = shared.call('all', 'asks', { requests: { a: REQUESTS.roots } }, slow.call);
  await begun.promise;
  const second = new AskedClient();
  const outcome = await shared.call('all', 'asks', { requests: { b: REQUESTS.sampling } }, second.call);
  expect(saidBy(outcome)['answers']).toEqual({ b: { error: -32_601 } });
  over.resolve();
  expect(saidBy(await first)['answers']).toEqual({ a: { answered: 'slow' } });
  expect(second.asked).toEqual([]);
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const HALL = 'http://127.0.0.1:4100';

test.each([
  [`${HALL}/approvals/1`, false],
  ['http://localhost:4100/approvals/1', false],
  ['HTTP://[::1]:4100', false],
  ['http://127.1:4100/', false],
  ['javascript:alert(1)', false],
  ['nothing', false],
  [7, false],
  [undefined, false],
  ['http://127.0.0.1:4101/', true],
  ['https://example.com/in', true],
])(
  'An elicitation with the page %s passes: %s. None leads to the Hall, where things are approved.',
  (url, passes) => {
    const requests = new ClientRequests({
      alias: 'files',
      kinds: ['elicitation'],
      isOwnPage: (page) => isPageOf(HALL, page),
    });
    const params = { mode: 'url', message: 'Sign in.', url };
    expect(requests.passed('elicitation/create', params) !== null).toBe(passes);
    expect(requests.inputs({ approval: { method: 'elicitation/create', params } }) !== null).toBe(passes);
  },
);
