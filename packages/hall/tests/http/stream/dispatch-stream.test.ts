import type { RouteDecision } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivered, DeliveryCall } from '../../../src/delivery/delivery.ts';
import { inputFor } from '../../support/documents.ts';
import { type Person, TestHall } from '../../support/test-hall.ts';
import { waitFor } from '../../support/wait-for.ts';
import { answerOf, CAPABILITIES } from '../../support/workers.ts';

let hall: TestHall;
let url: string;
beforeEach(async () => {
  hall = await TestHall.open({ tenants: { concurrency: 1 } });
  url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => {
  hall.hall.app.server.closeAllConnections();
  return hall.close();
});

const OK: Delivered = { status: 'ok', result: answerOf({ done: true }), code: null, duration_ms: 1 };
const CANCELLED: Delivered = {
  status: 'unknown',
  result: null,
  code: 'DELIVERY_CANCELLED',
  duration_ms: 1,
};

/** A worker that tells of its progress and answers when it is stopped. */
const untilStopped = ({ signal, onProgress }: DeliveryCall) =>
  new Promise<Delivered>((resolve) => {
    onProgress?.({ progress: 1, 'x-unknown': [null] });
    signal?.addEventListener('abort', () => resolve(CANCELLED));
  });

interface Followed {
  readonly answer: Response;
  readonly controller: AbortController;
}

async function follow(
  input: object = inputFor('tenant-a'),
  headers: Record<string, string> = {},
  person: Person = 'tenant',
): Promise<Followed> {
  const controller = new AbortController();
  const answer = await fetch(`${url}/wcp/dispatch/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...hall.authorization(person), ...headers },
    body: JSON.stringify(input),
    signal: controller.signal,
  });
  return { answer, controller };
}

/** The events of a stream that ended. */
async function eventsOf({ answer }: Followed) {
  const blocks = (await answer.text()).split('\n\n');
  return blocks.flatMap((block) => {
    const [, name, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    return name === undefined ? [] : [{ name, data: JSON.parse(data as string) }];
  });
}

async function outcomesOf(decision: RouteDecision) {
  const { json } = await hall.get('tenant', `/wcp/decisions/${decision.decision_id}`);
  return json.receipts
    .filter(({ kind }: { kind: string }) => kind === 'outcome')
    .map(({ outcome }: { outcome: { status: string } }) => outcome.status);
}

async function latestDecision(): Promise<RouteDecision> {
  return (await hall.get('tenant', '/wcp/decisions?limit=1')).json.items[0].decision;
}

describe('a dispatch that its caller follows', () => {
  test('Progress comes as the worker sent it, and last the answer that a dispatch gives.', async () => {
    hall.delivery.answer = ({ onProgress }) => {
      onProgress?.({ progress: 1, 'x-unknown': [null] });
      onProgress?.({ progress: 2, message: 'line\nend' });
      return OK;
    };
    const events = await eventsOf(await follow());
    expect(events.map(({ name }) => name)).toEqual(['progress', 'progress', 'answer']);
    expect(events[0]?.data).toEqual({ progress: 1, 'x-unknown': [null] });
    expect(events[1]?.data).toEqual({ progress: 2, message: 'line\nend' });
    expect(events[2]?.data).toMatchObject({
      status: 200,
      answer: { decision: { outcome: 'DISPATCH' }, result: { result: { done: true } } },
    });
    expect(await outcomesOf(events[2]?.data.answer.decision)).toEqual(['ok']);
  });

  test.each([
    ['held', CAPABILITIES.held, 202, 'STEWARD_HOLD'],
    ['denied', 'cap.doc.chunk', 403, 'DENY'],
  ])(
    'One that is %s is answered with the status that a dispatch has.',
    async (_, capability_id, status, outcome) => {
      const events = await eventsOf(await follow(inputFor('tenant-a', { capability_id })));
      expect(events).toEqual([
        { name: 'answer', data: { status, answer: expect.objectContaining({ result: null }) } },
      ]);
      expect(events[0]?.data.answer.decision.outcome).toBe(outcome);
      expect(hall.delivery.calls).toEqual([]);
    },
  );

  test('Whoever closes the stream stops the worker, and the outcome says that nobody knows what it did.', async () => {
    hall.delivery.answer = untilStopped;
    const { controller } = await follow();
    await waitFor('the call', () => hall.delivery.calls.length === 1);
    expect(hall.delivery.calls[0]?.signal?.aborted).toBe(false);
    controller.abort();
    await waitFor('the cancellation', () => hall.delivery.calls[0]?.signal?.aborted === true);
    const decision = await latestDecision();
    await waitFor('the outcome', async () => (await outcomesOf(decision)).length === 1);
    expect(await outcomesOf(decision)).toEqual(['unknown']);
    const letters = await hall.get('admin', '/wcp/dead-letters');
    expect(letters.json.items).toMatchObject([
      { decision_id: decision.decision_id, code: 'DELIVERY_CANCELLED' },
    ]);
    hall.delivery.answer = () => OK;
    expect((await eventsOf(await follow())).at(-1)?.data.status).toBe(200);
  });

  test('One that waits for its turn is withdrawn, and leaves no decision.', async () => {
    let ended = 0;
    hall.hall.app.server.on('request', (_, response) => response.on('close', () => (ended += 1)));
    hall.delivery.answer = untilStopped;
    const first = await follow();
    await waitFor('the call', () => hall.delivery.calls.length === 1);
    const second = await follow();
    second.controller.abort();
    await waitFor('the end of the second', () => ended === 1);
    first.controller.abort();
    await waitFor('the cancellation', () => hall.delivery.calls[0]?.signal?.aborted === true);
    hall.delivery.answer = () => OK;
    await eventsOf(await follow());
    expect(hall.delivery.calls).toHaveLength(2);
    expect((await hall.get('tenant', '/wcp/decisions')).json.items).toHaveLength(2);
  });

  test('A dispatch that is not followed goes on when its caller is gone.', async () => {
    let finish = (_: Delivered) => {};
    hall.delivery.answer = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const controller = new AbortController();
    const lost = fetch(`${url}/wcp/dispatch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...hall.authorization('tenant') },
      body: JSON.stringify(inputFor('tenant-a')),
      signal: controller.signal,
    }).catch(() => null);
    await waitFor('the call', () => hall.delivery.calls.length === 1);
    controller.abort();
    await lost;
    finish(OK);
    const decision = await latestDecision();
    await waitFor('the outcome', async () => (await outcomesOf(decision)).length === 1);
    expect(await outcomesOf(decision)).toEqual(['ok']);
  });

  test('What cannot be asked for is refused before the stream begins, with its problem.', async () => {
    const keyed = await follow(inputFor('tenant-a'), { 'idempotency-key': 'a' });
    expect([keyed.answer.status, (await keyed.answer.json()) as object]).toEqual([
      400,
      expect.objectContaining({ code: 'INVALID_QUERY' }),
    ]);
    const foreign = await follow(inputFor('tenant-b'));
    expect([foreign.answer.status, (await foreign.answer.json()) as object]).toEqual([
      403,
      expect.objectContaining({ code: 'TENANT_MISMATCH' }),
    ]);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A problem that comes later is an event with its document, and discloses no more than any other.', async () => {
    const { dispatcher } = hall.hall.parts;
    const { dispatch } = dispatcher;
    dispatcher.dispatch = async () => {
      throw new Error('a secret');
    };
    const events = await eventsOf(await follow());
    dispatcher.dispatch = dispatch;
    expect(events).toEqual([
      { name: 'problem', data: expect.objectContaining({ status: 500, code: 'INTERNAL' }) },
    ]);
    expect(JSON.stringify(events)).not.toContain('a secret');
    expect(hall.logged.join()).toContain('error Error, its message of 8 bytes');
  });

  test('Progress that is too long, or that nobody reads, is dropped; the answer is not.', async () => {
    hall.delivery.answer = ({ onProgress }) => {
      onProgress?.({ message: 'x'.repeat(70_000) });
      for (let step = 0; step < 200; step += 1) onProgress?.({ step, message: 'x'.repeat(60_000) });
      return OK;
    };
    const events = await eventsOf(await follow());
    expect(events.at(-1)).toMatchObject({ name: 'answer', data: { status: 200 } });
    expect(events.length).toBeGreaterThan(1);
    expect(events.length).toBeLessThan(100);
    expect(events[0]?.data.step).toBe(0);
  });
});
