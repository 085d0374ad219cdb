import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/base/gateway.ts';
import { refusalOf, refusalResult } from '../../src/hold/refusal.ts';
import type { HoldOptions } from '../../src/hold/settle-hold.ts';
import { ACME, FakeGateway, FakeHall, OTHER } from '../support/fake-gateway.ts';
import { HttpClient, messagesOf, StreamReader } from '../support/http-client.ts';
import { CAN_OPEN, type Json, metaOf, PipeClient } from '../support/pipe.ts';

/** How a client is asked to open the page: what it answers, and what it saw. */
interface Client {
  /** Calls the held tool, answers what it is asked, and resolves with the last result. */
  call(given: unknown, answer: Answering): Promise<Json>;
  close(): Promise<void>;
}

interface Answering {
  /** What the client says when it is asked to open the page. */
  readonly action: 'accept' | 'decline' | 'cancel';
  /** Done while the client is asked. */
  during?(asked: Json): void | Promise<void>;
  /** Changes what a retry sends (2026-07-28). */
  retry?(params: Json): Json;
  /** The client that retries (2026-07-28), for one that is not the same. */
  readonly by?: Client & Retrying;
}

interface Retrying {
  send(params: Json): Promise<Json>;
}

type Open = (hall: FakeHall, caller?: Caller, holds?: HoldOptions) => Promise<Client>;

const HOLDS: HoldOptions = { poll_ms: 2, wait_ms: 2_000 };
const open: Client[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});

/** 2026-07-28: a result asks for the page, and the client calls again. */
function retrying(send: (params: Json) => Promise<Json>, close: () => Promise<void>): Client & Retrying {
  const client = {
    send,
    close,
    async call(given: unknown, { action, during, retry, by }: Answering) {
      const params = { name: 'write', arguments: given };
      const first = await send(params);
      if (first.resultType !== 'input_required') return first;
      const [[name, asked]] = Object.entries<Json>(first.inputRequests) as [[string, Json]];
      expect(asked.method).toBe('elicitation/create');
      await during?.(asked.params);
      const again = { ...params, requestState: first.requestState, inputResponses: { [name]: { action } } };
      return (by?.send ?? send)(retry?.(again) ?? again);
    },
  };
  open.push(client);
  return client;
}

const stdioModern: Open = async (hall, caller = ACME, holds = HOLDS) => {
  const pipe = new PipeClient({ gateway: new FakeGateway(hall), caller, holds });
  const send = async (params: Json) =>
    (await pipe.ask('tools/call', { ...params, _meta: metaOf(CAN_OPEN) })).result;
  return retrying(send, () => pipe.face.close());
};

const httpModern: Open = async (hall, caller = ACME, holds = HOLDS) => {
  const http = await new HttpClient({ gateway: new FakeGateway(hall), holds }).open();
  const headers = { authorization: `Bearer ${caller.credential}` };
  const send = async (params: Json) => {
    const messages = await messagesOf(
      await http.modern('tools/call', params, { headers, capabilities: CAN_OPEN }),
    );
    return messages.at(-1).result;
  };
  return retrying(send, () => http.face.close());
};

const stdioLegacy: Open = async (hall, caller = ACME, holds = HOLDS) => {
  const pipe = new PipeClient({ gateway: new FakeGateway(hall), caller, holds });
  await pipe.initialize(CAN_OPEN);
  let seen = 0;
  const client: Client = {
    close: () => pipe.face.close(),
    async call(given, { action, during }) {
      const answering = pipe.ask('tools/call', { name: 'write', arguments: given });
      const asking = pipe.message((message) => {
        return message.method === 'elicitation/create' && pipe.received.indexOf(message) >= seen;
      });
      const asked = await Promise.race([asking, answering]);
      seen = pipe.received.length;
      if (asked.method === undefined) return asked.result;
      await during?.(asked.params);
      pipe.write({ jsonrpc: '2.0', id: asked.id, result: { action } });
      return (await answering).result;
    },
  };
  open.push(client);
  return client;
};

const httpLegacy: Open = async (hall, caller = ACME, holds = HOLDS) => {
  const http = await new HttpClient({ gateway: new FakeGateway(hall), holds }).open();
  const headers = { authorization: `Bearer ${caller.credential}` };
  const session = await http.initialize(CAN_OPEN, headers);
  let id = 0;
  const client: Client = {
    close: () => http.face.close(),
    async call(given, { action, during }) {
      id += 1;
      const message = { id, method: 'tools/call', params: { name: 'write', arguments: given } };
      const answer = await http.legacy(session, message, headers);
      if (answer.headers.get('content-type') === 'application/json')
        return (await messagesOf(answer))[0].result;
      const reader = new StreamReader(answer);
      const asked = await reader.next();
      if (asked.method === undefined) return asked.result;
      await during?.(asked.params);
      await http.legacy(session, { id: asked.id, result: { action } }, headers);
      for (let next = await reader.next(); ; next = await reader.next())
        if (next.id === id) return next.result;
    },
  };
  open.push(client);
  return client;
};

const FACES: readonly (readonly [string, Open])[] = [
  ['stdio, 2026-07-28', stdioModern],
  ['HTTP, 2026-07-28', httpModern],
  ['stdio, 2025-11-25', stdioLegacy],
  ['HTTP, 2025-11-25', httpLegacy],
];
const GIVEN = { path: 'a', text: 'b' };
const textOf = (result: Json): string => result.content[0].text;

describe.each(FACES)('A held call over %s', (_, openClient) => {
  test('Runs once when a steward approves it, and its client gets the result', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const asked: Json[] = [];
    const result = await client.call(GIVEN, {
      action: 'accept',
      during: (params) => {
        asked.push(params);
        hall.resolve('approval-1', 'approved');
      },
    });
    expect(asked).toMatchObject([{ mode: 'url', url: 'http://127.0.0.1:7420/approvals/approval-1' }]);
    expect(textOf(result)).toBe('written 1');
    expect(hall.written).toEqual([GIVEN]);
  });

  test('Waits for the steward after the page was opened', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const calling = client.call(GIVEN, { action: 'accept' });
    await hall.resolveNext('approved');
    expect(textOf(await calling)).toBe('written 1');
    expect(hall.written).toHaveLength(1);
  });

  test.each([
    ['denies it', 'denied', 'APPROVAL_DENIED'],
    ['lets it expire', 'expired', 'APPROVAL_EXPIRED'],
    ['approves what is no longer the same', 'stale', 'DENY_APPROVAL_STALE'],
  ] as const)('Never runs when a steward %s', async (__, state, code) => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const result = await client.call(GIVEN, {
      action: 'accept',
      during: () => hall.resolve('approval-1', state),
    });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain(code);
    expect(hall.written).toEqual([]);
  });

  test.each(['decline', 'cancel'] as const)('Has not run when its client answers %s', async (action) => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const result = await client.call(GIVEN, { action });
    expect(result.isError).toBe(true);
    expect(result._meta['org.wcp/refusal']).toMatchObject({
      code: 'APPROVAL_NOT_OPENED',
      approval_id: 'approval-1',
    });
    expect(hall.written).toEqual([]);
  });

  test('Is not approved by a client that only says so', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall, ACME, { poll_ms: 2, wait_ms: 30 });
    const result = await client.call(GIVEN, { action: 'accept' });
    expect(result.resultType === 'input_required' || result.isError).toBe(true);
    expect(hall.written).toEqual([]);
  });

  test('Is another call with other arguments: it is held anew', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall, ACME, { poll_ms: 2, wait_ms: 30 });
    await client.call(GIVEN, { action: 'accept' });
    hall.resolve('approval-1', 'approved');
    await client.call({ path: 'other' }, { action: 'decline' });
    expect(hall.approvals.get('approval-2')?.given).toEqual({ path: 'other' });
    expect(hall.written).toEqual([GIVEN]);
  });
});

describe.each(FACES.slice(0, 2))('A request state over %s', (_, openClient) => {
  const approve = (hall: FakeHall) =>
    ({ action: 'accept', during: () => hall.resolve('approval-1', 'approved') }) as const;

  test('Reads the result again where the answer was lost, and nothing runs again', async () => {
    const hall = new FakeHall();
    const client = (await openClient(hall)) as Client & Retrying;
    let sent: Json;
    const retry = (params: Json) => {
      sent = params;
      return params;
    };
    await client.call(GIVEN, { ...approve(hall), retry });
    expect(textOf(await client.send(sent))).toBe('written 1');
    expect(hall.written).toEqual([GIVEN]);
  });

  test('Is not needed where the client opened no page: the same call finds its hold, and nothing runs twice', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    expect(textOf(await client.call(GIVEN, { action: 'cancel' }))).toContain('APPROVAL_NOT_OPENED');
    hall.resolve('approval-1', 'approved');
    expect(textOf(await client.call(GIVEN, { action: 'cancel' }))).toBe('written 1');
    expect(hall.written).toEqual([GIVEN]);
  });

  test.each([
    ['with other arguments', (params: Json) => ({ ...params, arguments: { path: 'c' } })],
    [
      'with a forged state',
      (params: Json) => ({ ...params, requestState: `${params.requestState.slice(0, -2)}AA` }),
    ],
    ['with a state of its own', (params: Json) => ({ ...params, requestState: 'v1.e30.e30' })],
  ])('Brings nothing to a retry %s', async (__, retry) => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const result = await client.call(GIVEN, { ...approve(hall), retry });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('REQUEST_STATE_INVALID');
    expect(hall.written).toEqual([GIVEN]);
  });

  test('Brings nothing to another tenant, who does not even learn whose it is', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const by = (await openClient(hall, OTHER)) as Client & Retrying;
    const result = await client.call(GIVEN, { ...approve(hall), by });
    expect(textOf(result)).toContain('REQUEST_STATE_INVALID');
    expect(JSON.stringify(result)).not.toMatch(/acme|approval-1|written/);
  });

  test('Brings nothing once it has expired', async () => {
    const hall = new FakeHall();
    hall.ttl_ms = 20;
    const client = await openClient(hall);
    const during = () => new Promise<void>((resolve) => setTimeout(resolve, 40));
    const result = await client.call(GIVEN, { action: 'accept', during });
    expect(textOf(result)).toContain('APPROVAL_EXPIRED');
    expect(hall.written).toEqual([]);
  });

  test('Outlives a restart of the gateway', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const by = (await openClient(hall)) as Client & Retrying;
    const result = await client.call(GIVEN, { ...approve(hall), by });
    expect(textOf(result)).toBe('written 1');
    expect(hall.written).toEqual([GIVEN]);
  });

  test('Asks for the page again where no steward decided in time', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall, ACME, { poll_ms: 2, wait_ms: 20 });
    const result = await client.call(GIVEN, { action: 'accept' });
    expect(result.resultType).toBe('input_required');
    expect(result.inputRequests.approval.params.mode).toBe('url');
  });
});

describe.each(FACES.slice(2))('A session that is over meanwhile, over %s', (_, openClient) => {
  test('Leaves its call held: a gateway that was restarted holds it anew, and nothing ran', async () => {
    const hall = new FakeHall();
    const client = await openClient(hall);
    const calling = client.call(GIVEN, { action: 'accept', during: () => client.close() });
    calling.catch(() => undefined);
    await expect.poll(() => hall.approvals.size).toBe(1);
    await client.close();
    const next = await openClient(hall, ACME, { poll_ms: 2, wait_ms: 20 });
    await next.call(GIVEN, { action: 'decline' });
    expect(hall.approvals.size).toBe(2);
    expect(hall.written).toEqual([]);
  });
});

/** Clients that cannot open pages, and what they declare. */
const PLAIN = [
  ['nothing', {}],
  ['forms alone, without a word', { elicitation: {} }],
  ['forms alone', { elicitation: { form: {} } }],
] as const;

describe.each(PLAIN)('A client that can show %s', (_, capabilities) => {
  test.each(['2026-07-28', '2025-11-25'])(
    'Is told in %s with code, remedy and approval, and never asked',
    async (revision) => {
      const hall = new FakeHall();
      const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: HOLDS });
      if (revision === '2025-11-25') await pipe.initialize(capabilities);
      const more = revision === '2025-11-25' ? {} : { _meta: metaOf(capabilities) };
      const call = async (given: unknown) =>
        (await pipe.ask('tools/call', { name: 'write', arguments: given, ...more })).result;
      const held = await call(GIVEN);
      expect(held.isError).toBe(true);
      expect(held._meta['org.wcp/refusal']).toMatchObject({
        code: 'HELD_FOR_APPROVAL',
        approval_id: 'approval-1',
      });
      expect(textOf(held)).toContain('http://127.0.0.1:7420/approvals/approval-1');
      expect(pipe.received.filter(({ method }) => method !== undefined)).toEqual([]);
      // The same call asks after the same hold; another one does not.
      await call(GIVEN);
      await call({ path: 'other' });
      expect(hall.approvals.size).toBe(2);
      hall.resolve('approval-1', 'approved');
      expect(textOf(await call(GIVEN))).toBe('written 1');
      expect(hall.written).toEqual([GIVEN]);
      // That hold is used up: the same call once more is a new one.
      expect(textOf(await call(GIVEN))).toContain('HELD_FOR_APPROVAL');
      expect(hall.approvals.size).toBe(3);
      expect(hall.written).toEqual([GIVEN]);
    },
  );
});

describe('A face that is configured to wait', () => {
  test.each(['2026-07-28', '2025-11-25'])(
    'Waits in %s with progress for the steward, and says no more once it has answered',
    async (revision) => {
      const hall = new FakeHall();
      const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: { ...HOLDS, on_hold: 'wait' } });
      if (revision === '2025-11-25') await pipe.initialize();
      const token = { progressToken: 't' };
      const calling = pipe.ask('tools/call', {
        name: 'write',
        arguments: GIVEN,
        _meta: revision === '2025-11-25' ? token : metaOf({}, token),
      });
      const isProgress = ({ method }: Json) => method === 'notifications/progress';
      await pipe.message((message) => isProgress(message) && message.params.progress === 2);
      hall.resolve('approval-1', 'approved');
      expect(textOf((await calling).result)).toBe('written 1');
      const told = pipe.received.filter(isProgress).map(({ params }) => params);
      expect(told.map(({ progress }) => progress)).toEqual(told.map((_, index) => index + 1));
      for (const each of told) {
        expect(each.progressToken).toBe('t');
        expect(each.message).toContain('approval-1');
      }
      expect(pipe.received.findLastIndex(isProgress)).toBeLessThan(
        pipe.received.findIndex(({ result }) => result?.content?.[0]?.text === 'written 1'),
      );
    },
  );

  test('Ends the wait when the client cancels, and finds the hold again', async () => {
    const hall = new FakeHall();
    const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: { ...HOLDS, on_hold: 'wait' } });
    await pipe.initialize();
    const id = pipe.send('tools/call', { name: 'write', arguments: GIVEN });
    await expect.poll(() => hall.approvals.size).toBe(1);
    pipe.notify('notifications/cancelled', { requestId: id });
    await pipe.ask('ping');
    hall.resolve('approval-1', 'approved');
    const { result } = await pipe.ask('tools/call', { name: 'write', arguments: GIVEN });
    expect(textOf(result)).toBe('written 1');
    expect(hall.approvals.size).toBe(1);
  });

  test('Tells that it still waits when the time is over', async () => {
    const hall = new FakeHall();
    const pipe = new PipeClient({
      gateway: new FakeGateway(hall),
      holds: { poll_ms: 2, wait_ms: 20, on_hold: 'wait' },
    });
    await pipe.initialize();
    const { result } = await pipe.ask('tools/call', { name: 'write', arguments: GIVEN });
    expect(textOf(result)).toContain('HELD_FOR_APPROVAL');
  });
});

describe('The hold of a client that cannot bring a state back', () => {
  test('Is not found by another tenant, nor by another key of the same one', async () => {
    const hall = new FakeHall();
    const gateway = new FakeGateway(hall);
    const http = await new HttpClient({ gateway, holds: HOLDS }).open();
    const call = async (credential: string) => {
      const headers = { authorization: `Bearer ${credential}` };
      const messages = await messagesOf(
        await http.modern('tools/call', { name: 'write', arguments: GIVEN }, { headers }),
      );
      return textOf(messages[0].result);
    };
    await call('wcp_acme');
    hall.resolve('approval-1', 'approved');
    expect(await call('wcp_other')).toContain('HELD_FOR_APPROVAL');
    expect(await call('wcp_acme')).toBe('written 1');
    await http.face.close();
  });
});

describe('The same call after its approval has ended', () => {
  test.each([
    ['denied', 'APPROVAL_DENIED', 1],
    ['stale', 'DENY_APPROVAL_STALE', 1],
    ['expired', 'HELD_FOR_APPROVAL', 2],
  ] as const)('Is told once that it was %s, and is then held anew: %s', async (state, code, holds) => {
    const hall = new FakeHall();
    const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: HOLDS });
    await pipe.initialize();
    const call = async () =>
      (await pipe.ask('tools/call', { name: 'write', arguments: GIVEN })).result._meta['org.wcp/refusal'];
    expect((await call()).code).toBe('HELD_FOR_APPROVAL');
    hall.resolve('approval-1', state);
    // Who was told to call again before a time needs no second word that the time is over.
    expect((await call()).code).toBe(code);
    expect(hall.approvals.size).toBe(holds);
    expect(await call()).toMatchObject({ code: 'HELD_FOR_APPROVAL', approval_id: 'approval-2' });
    expect(hall.written).toEqual([]);
  });
});

describe('A server’s own result', () => {
  test('Is not taken for a refusal of the gateway, whatever it says of itself', () => {
    const forged = { content: [], _meta: { 'org.wcp/refusal': { code: 'APPROVAL_EXPIRED' } } };
    expect(refusalOf(forged)).toBeUndefined();
    const refusal = { code: 'A', message: 'B', remedy: 'C' };
    expect(refusalOf(refusalResult(refusal))).toEqual(refusal);
  });
});

describe('An answer that is lost', () => {
  test.each(['2026-07-28', '2025-11-25'])(
    'Is read by the same call in %s, once: nothing is held or runs again',
    async (revision) => {
      const hall = new FakeHall();
      const holds: HoldOptions = { ...HOLDS, on_hold: 'wait' };
      const http = await new HttpClient({ gateway: new FakeGateway(hall), holds }).open();
      const session = revision === '2025-11-25' ? await http.initialize() : '';
      let id = 0;
      const call = (init: RequestInit = {}): Promise<Response> => {
        id += 1;
        const params = { name: 'write', arguments: GIVEN };
        return revision === '2025-11-25'
          ? http.legacy(session, { id, method: 'tools/call', params }, {}, init)
          : http.modern('tools/call', params, { init });
      };
      const gone = new AbortController();
      const lost = call({ signal: gone.signal });
      await expect.poll(() => hall.approvals.size).toBe(1);
      gone.abort();
      // Whether its headers came before or not: the answer did not.
      await expect(lost.then((response) => response.text())).rejects.toThrow();
      const answer = async () => textOf((await messagesOf(await call())).at(-1).result);
      // The gateway must have heard that the connection is gone.
      await sleep(100);
      const read = answer();
      hall.resolve('approval-1', 'approved');
      expect(await read).toBe('written 1');
      expect(hall.written).toEqual([GIVEN]);
      void hall.resolveNext('denied');
      expect(await answer()).toContain('APPROVAL_DENIED');
      expect([hall.approvals.size, hall.written.length]).toEqual([2, 1]);
      await http.face.close();
    },
  );

  test('Is read without its state by a client of 2026-07-28 whose retry was cut off', async () => {
    const hall = new FakeHall();
    const http = await new HttpClient({ gateway: new FakeGateway(hall), holds: HOLDS }).open();
    const params = { name: 'write', arguments: GIVEN };
    const call = async (more: Json = {}, init: RequestInit = {}) => {
      const options = { capabilities: CAN_OPEN, init };
      return (await messagesOf(await http.modern('tools/call', { ...params, ...more }, options))).at(-1)
        .result;
    };
    const { requestState } = await call();
    const gone = new AbortController();
    const cut = call(
      { requestState, inputResponses: { approval: { action: 'accept' } } },
      { signal: gone.signal },
    );
    setTimeout(() => gone.abort(), 50);
    await expect(cut).rejects.toThrow();
    hall.resolve('approval-1', 'approved');
    await expect.poll(async () => (await call()).content?.[0]?.text).toBe('written 1');
    expect([hall.approvals.size, hall.written.length]).toEqual([1, 1]);
    expect((await call()).resultType).toBe('input_required');
    await http.face.close();
  });
});

describe('A client that is asked to open a page', () => {
  test('Is told that this is settled when a steward approves before it answers', async () => {
    const hall = new FakeHall();
    const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: HOLDS });
    await pipe.initialize(CAN_OPEN);
    const calling = pipe.ask('tools/call', { name: 'write', arguments: GIVEN });
    const asked = await pipe.message(({ method }) => method === 'elicitation/create');
    hall.resolve('approval-1', 'approved');
    expect(textOf((await calling).result)).toBe('written 1');
    const cancelled = await pipe.message(({ method }) => method === 'notifications/cancelled');
    expect(cancelled.params.requestId).toBe(asked.id);
    const complete = await pipe.message(({ method }) => method === 'notifications/elicitation/complete');
    expect(complete.params).toEqual({ elicitationId: 'approval-1' });
  });

  test('Is told with a result where it answers with an error', async () => {
    const hall = new FakeHall();
    const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: HOLDS });
    await pipe.initialize(CAN_OPEN);
    const calling = pipe.ask('tools/call', { name: 'write', arguments: GIVEN });
    const asked = await pipe.message(({ method }) => method === 'elicitation/create');
    pipe.write({ jsonrpc: '2.0', id: asked.id, error: { code: -32601, message: 'no' } });
    expect(textOf((await calling).result)).toContain('HELD_FOR_APPROVAL');
  });

  test('Is not asked in a revision that has no pages', async () => {
    const hall = new FakeHall();
    const pipe = new PipeClient({ gateway: new FakeGateway(hall), holds: HOLDS });
    await pipe.initialize(CAN_OPEN, '2025-06-18');
    const { result } = await pipe.ask('tools/call', { name: 'write', arguments: GIVEN });
    expect(textOf(result)).toContain('HELD_FOR_APPROVAL');
  });
});
