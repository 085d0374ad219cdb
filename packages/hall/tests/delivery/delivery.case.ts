import { ENFORCED_MEMBERS } from '@wcp/spec/document';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, DeliveryCall } from '../../src/delivery/delivery.ts';
import { ALLOWED, contextOf, DENIED, hangingDispatch, resultOf, soon } from './support.ts';

/** A way to the worker of `case-worker.ts`. */
interface CaseDelivery {
  readonly delivery: Delivery;
  call(request: unknown, members?: Partial<DeliveryCall>): DeliveryCall;
}

/** What is peculiar to one way. */
export interface DeliveryTraits {
  readonly name: string;
  /** The longest answer is set to this many bytes. */
  readonly answer_bytes: number;
  /** How a call ends that was cancelled while the worker had it. */
  readonly cancelled: Readonly<Record<string, unknown>>;
  open(): Promise<CaseDelivery>;
}

/** What every way to a worker does alike. */
export function describeDelivery({ name, answer_bytes, cancelled, open }: DeliveryTraits): void {
  describe(name, () => {
    let way: CaseDelivery;
    const deliver = (act: string, text = '', members: Partial<DeliveryCall> = {}) =>
      way.delivery.deliver(way.call({ act, text }, members));

    /** A call that hangs for longer than a test may take; it has begun once the worker has asked for a dispatch. */
    const startHanging = (members: Partial<DeliveryCall> = {}) => {
      const { dispatch, hasBegun } = hangingDispatch();
      const running = deliver('ask', '', { dispatch, timeout_ms: 600_000, ...members });
      return { running, hasBegun };
    };

    /** A call whose time is over while the worker has it: on a busy machine a short limit ends before that. */
    const deliverInTooShort = async (act: string, members: Partial<DeliveryCall> = {}) => {
      for (let timeout_ms = 200; ; timeout_ms *= 2) {
        const ending = await deliver(act, '', { timeout_ms, ...members });
        if (ending.code !== 'DELIVERY_NO_TIME') return ending;
      }
    };

    beforeEach(async () => {
      way = await open();
    });
    afterEach(() => way.delivery.close());

    test('A delivery returns the worker’s answer, and the status that the Hall derives from it.', async () => {
      const answers = await Promise.all(
        ['echo', 'part', 'deny', 'throw'].map((act) => deliver(act, 'né\n\u2028w')),
      );
      expect(answers).toMatchObject([
        { status: 'ok', code: null, result: { status: 'ok', result: { text: 'né\n\u2028w' } } },
        { status: 'ok', code: null, result: { status: 'partial' } },
        { status: 'error', code: null, result: { status: 'denied', deny_reason: { code: 'TOO_ODD' } } },
        { status: 'error', code: null, result: { status: 'error', deny_reason: { code: 'WORKER_FAILED' } } },
      ]);
      for (const { duration_ms } of answers) expect(duration_ms).toBeGreaterThanOrEqual(0);
    });

    test('A delivery says for each part of the envelope what held the worker to it, unless it never got the call.', async () => {
      const { enforcement } = await deliver('echo');
      expect(Object.keys(enforcement ?? {})).toEqual(ENFORCED_MEMBERS);
      for (const { level, by } of Object.values(enforcement ?? {})) {
        expect(by === null).toBe(level === 'declared' || level === 'none');
      }
      expect(await deliver('echo', '', { timeout_ms: 0 })).not.toHaveProperty('enforcement');
    });

    test('The worker receives the context of the decision.', async () => {
      const context = contextOf({ correlation_id: 'chain/7', deadline: '2999-01-01T00:00:00Z' });
      expect((await deliver('echo', '', { context })).result?.result).toMatchObject({
        correlation_id: 'chain/7',
        deadline: '2999-01-01T00:00:00Z',
      });
      const wrong = contextOf({ worker_id: 'org.test.case-worker.two' });
      expect((await deliver('echo', '', { context: wrong })).result?.deny_reason?.code).toBe(
        'WORKER_WRONG_WORKER',
      );
    });

    test('Calls that run at the same time do not mix.', async () => {
      const texts = Array.from({ length: 20 }, (_, n) => String(n));
      const answers = await Promise.all(texts.map((text) => deliver('echo', text)));
      expect(answers.map(({ result }) => result?.result)).toMatchObject(texts.map((text) => ({ text })));
    });

    test('A call ends at the time limit, whatever the worker does.', async () => {
      await deliver('echo');
      expect(await deliverInTooShort('hang')).toMatchObject({
        status: 'timeout',
        result: null,
        code: 'DELIVERY_TIMEOUT',
      });
      expect(await deliver('echo', 'still here')).toMatchObject({ status: 'ok' });
    });

    test('A call whose worker meets its own deadline has timed out as well.', async () => {
      await deliver('echo');
      const context = contextOf({ deadline: new Date(Date.now() + 300).toISOString() });
      expect(await deliver('hang', '', { context })).toMatchObject({
        status: 'timeout',
        code: null,
        result: { deny_reason: { code: 'WORKER_TIMEOUT' } },
      });
    });

    test.each([0, -1, Number.NaN])('With a time limit of %d nothing runs.', async (timeout_ms) => {
      expect(await deliver('echo', '', { timeout_ms })).toMatchObject({
        status: 'timeout',
        code: 'DELIVERY_NO_TIME',
      });
    });

    test('A call is cancelled by its signal.', async () => {
      const controller = new AbortController();
      const { running, hasBegun } = startHanging({ signal: controller.signal });
      await hasBegun;
      controller.abort();
      expect(await running).toMatchObject(cancelled);
      expect(await deliver('echo', 'still here')).toMatchObject({ status: 'ok' });
    });

    test('A call that was cancelled before it began runs nothing.', async () => {
      expect(await deliver('echo', '', { signal: AbortSignal.abort() })).toMatchObject({
        status: 'error',
        code: 'DELIVERY_WITHDRAWN',
      });
    });

    test('An answer that is too large is not accepted.', async () => {
      expect(await deliver('grow', String(answer_bytes))).toMatchObject({
        status: 'error',
        result: null,
        code: 'DELIVERY_ANSWER_TOO_LARGE',
      });
      expect(await deliver('grow', String(answer_bytes - 2_000))).toMatchObject({ status: 'ok' });
    });

    test('A request of a megabyte goes through.', async () => {
      const text = 'x'.repeat(1_000_000);
      expect(await deliver('rest', '0')).toMatchObject({ status: 'ok' });
      const { result } = await deliver('echo', text.slice(0, answer_bytes / 2));
      expect(result?.result).toMatchObject({ text: text.slice(0, answer_bytes / 2) });
      expect(await deliver('pid', text)).toMatchObject({ status: 'ok' });
    });

    test('A delivery never rejects, whatever the request is.', async () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      for (const request of [undefined, null, 7, 'text', [], circle, 10n, { act: '\ud800' }]) {
        const { status, result } = await way.delivery.deliver(way.call(request));
        expect(status).toBe('error');
        expect(result?.status ?? 'denied').toBe('denied');
      }
    });

    test('A worker dispatches through the Hall, and gets the decision with the result.', async () => {
      const received: unknown[] = [];
      const dispatch = async (question: unknown) => {
        received.push(question);
        return { decision: ALLOWED, result: resultOf({ hashed: true }) };
      };
      expect((await deliver('ask', 'some text', { dispatch })).result?.result).toEqual({
        outcome: 'DISPATCH',
        code: null,
        result: { hashed: true },
      });
      expect(received).toEqual([{ capability_id: 'cap.doc.hash', request: { text: 'some text' } }]);
    });

    test('A denial of a chained dispatch is an answer.', async () => {
      const dispatch = async () => ({ decision: DENIED, result: null });
      expect((await deliver('ask', '', { dispatch })).result?.result).toEqual({
        outcome: 'DENY',
        code: 'DENY_NO_MATCHING_RULE',
        result: null,
      });
    });

    test('Chained dispatches that run at the same time get their own answers, and no call has more than 64.', async () => {
      const dispatch = async (question: unknown) => {
        const { n } = (question as { request: { n: number } }).request;
        await soon(n % 7);
        return { decision: ALLOWED, result: resultOf(n) };
      };
      const { result } = await deliver('ask_often', '66', { dispatch });
      const answers = result?.result as unknown[];
      expect(answers.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, n) => n));
      expect(answers.slice(64)).toEqual(['ERR_WCP_WORKER', 'ERR_WCP_WORKER']);
    });

    test('Where the Hall cannot carry out a chained dispatch, the worker learns of it.', async () => {
      const failing = () => Promise.reject(new Error('SECRET'));
      for (const members of [{}, { dispatch: failing }]) {
        const { result } = await deliver('ask_unheard', 'cap.doc.hash', members);
        expect(result?.result).toMatch(/^ERR_WCP_WORKER: [A-Z]/);
        expect(JSON.stringify(result)).not.toContain('SECRET');
      }
    });

    test('A chained dispatch that is still running at the time limit delays nobody.', async () => {
      const dispatch = () => new Promise<never>(() => {});
      expect(await deliverInTooShort('ask', { dispatch })).toMatchObject({
        status: 'timeout',
        code: 'DELIVERY_TIMEOUT',
      });
    });

    test('Closing the Hall ends what is running, and nothing runs after it.', async () => {
      const { running, hasBegun } = startHanging();
      await hasBegun;
      await way.delivery.close();
      expect(await running).toMatchObject({ status: 'unknown', code: 'DELIVERY_INTERRUPTED' });
      expect(await deliver('echo')).toMatchObject({ status: 'error', code: 'DELIVERY_CLOSED' });
    });
  });
}
