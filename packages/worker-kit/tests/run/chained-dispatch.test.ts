import type { RouteDecision } from '@wcp/spec';
import { expect, test, vi } from 'vitest';
import type { ChainedRequest, RunContext } from '../../src/index.ts';
import { context, workerThat } from '../samples.ts';

const decision = { outcome: 'DISPATCH' } as RouteDecision;
const result = { status: 'ok' as const, result: 7, telemetry: [], evidence: [], deny_reason: null };
const answer = async () => ({ decision, result });

/** Runs a worker that does something with its way to the Hall, and says how that ended. */
const outcomeOf = (
  run: (dispatch: RunContext['dispatch']) => Promise<unknown>,
  dispatch?: (asked: unknown) => Promise<never>,
) =>
  workerThat(async (_, { dispatch: ask }) =>
    run(ask).then(
      (value) => ({ value }),
      (error) => ({ code: error.code, message: error.message }),
    ),
  )
    .execute({ text: 'x' }, context, dispatch === undefined ? {} : { dispatch })
    .then(({ result: outcome }) => outcome);

test('A worker gets a copy of the Hall’s answer.', async () => {
  const given = await answer();
  const outcome = await outcomeOf(
    (ask) => ask({ capability_id: 'cap.doc.hash' }),
    (async () => given) as never,
  );
  expect(outcome).toEqual({ value: { decision, result } });
});

test('A chained request is read once and sent as plain JSON.', async () => {
  const dispatch = vi.fn(answer);
  const asked = { capability_id: 'cap.doc.hash', request: { when: 1 }, data_label: 'RESTRICTED' as const };
  await outcomeOf((ask) => ask(asked), dispatch as never);
  expect(dispatch.mock.calls).toEqual([[asked]]);
  expect((dispatch.mock.calls as unknown[][])[0]?.[0]).not.toBe(asked);
});

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /JSON/],
  ['a list', [], /object/],
  ['null', null, /object/],
  ['a BigInt', { capability_id: 1n }, /JSON/],
  ['more than 1 MiB', { request: { text: 'x'.repeat(1_100_000) } }, /1 MiB/],
])('A chained request cannot be %s.', async (_, asked, message) => {
  const dispatch = vi.fn(answer);
  expect(await outcomeOf((ask) => ask(asked as ChainedRequest), dispatch as never)).toEqual({
    code: 'ERR_WCP_WORKER',
    message: expect.stringMatching(message),
  });
  expect(dispatch).not.toHaveBeenCalled();
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['no decision', { result }],
  ['no result', { decision }],
  ['a result that is a text', { decision, result: 'done' }],
  ['a list', [decision, result]],
  ['a BigInt', { decision, result: { result: 1n } }],
])('This is not an answer of a Hall: %s.', async (_, junk) => {
  expect(
    await outcomeOf((ask) => ask({ capability_id: 'cap.doc.hash' }), (async () => junk) as never),
  ).toEqual({
    code: 'ERR_WCP_WORKER',
    message: 'The Hall’s answer is not a decision with its result.',
  });
});

test('An error on the way becomes one of the kit, with the original as its cause.', async () => {
  const cause = new Error('no route');
  let seen: unknown;
  await outcomeOf(
    (ask) =>
      ask({ capability_id: 'cap.doc.hash' }).catch((error) => {
        seen = error;
      }),
    () => Promise.reject(cause),
  );
  expect(seen).toMatchObject({ code: 'ERR_WCP_WORKER', cause });
});

test('Without a Hall, a dispatch is an error.', async () => {
  expect(await outcomeOf((ask) => ask({ capability_id: 'cap.doc.hash' }))).toEqual({
    code: 'ERR_WCP_WORKER',
    message: expect.stringMatching(/did not come from a Hall/),
  });
});

test('When the run is over, nothing more is dispatched, and a pending dispatch rejects.', async () => {
  const stray = vi.fn();
  process.on('unhandledRejection', stray);
  let late: Promise<unknown> | undefined;
  let ask: RunContext['dispatch'] | undefined;
  const dispatch = vi.fn(() => new Promise<never>(() => {}));
  const worker = workerThat((_, given) => {
    ask = given.dispatch;
    late = given.dispatch({ capability_id: 'cap.doc.hash' });
    void given.dispatch({ capability_id: 'cap.doc.hash' });
    return 'done';
  });
  expect(await worker.execute({ text: 'x' }, context, { dispatch })).toMatchObject({ result: 'done' });
  await expect(late).rejects.toMatchObject({ code: 'ERR_WCP_WORKER' });
  await expect(ask?.({ capability_id: 'cap.doc.hash' })).rejects.toMatchObject({ code: 'ERR_WCP_WORKER' });
  expect(dispatch).toHaveBeenCalledTimes(2);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(stray).not.toHaveBeenCalled();
  process.off('unhandledRejection', stray);
});

test('A call is cancelled by its signal: first it is answered, then its code is notified.', async () => {
  const controller = new AbortController();
  const notified: string[] = [];
  const worker = workerThat((_, { signal }) => {
    signal.addEventListener('abort', () => notified.push('aborted'));
    return new Promise(() => {});
  });
  const running = worker.execute({ text: 'x' }, context, { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort();
  expect(await running).toMatchObject({ status: 'error', deny_reason: { code: 'WORKER_CANCELLED' } });
  expect(notified).toEqual(['aborted']);
});

test('A call that was cancelled beforehand never runs, and one that is over is not cancelled.', async () => {
  const run = vi.fn(() => 'done');
  const worker = workerThat(run);
  const signal = AbortSignal.abort();
  expect(await worker.execute({ text: 'x' }, context, { signal })).toMatchObject({
    deny_reason: { code: 'WORKER_CANCELLED' },
  });
  expect(run).not.toHaveBeenCalled();
  const controller = new AbortController();
  let given: AbortSignal | undefined;
  const other = workerThat((_, { signal }) => {
    given = signal;
    return 'done';
  });
  await other.execute({ text: 'x' }, context, { signal: controller.signal });
  controller.abort();
  expect(given?.aborted).toBe(false);
});
