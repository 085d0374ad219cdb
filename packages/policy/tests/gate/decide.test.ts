import { expect, test } from 'vitest';
import { openGate } from '../../src/index.ts';
import { engineOf, sourceOf } from '../support/fake-source.ts';
import { gateRequest } from '../support/request.ts';

const open = (answer: () => unknown, log?: (level: string, message: string) => void) =>
  openGate(
    sourceOf(() => engineOf(answer)),
    { timeout_ms: 20, ...(log && { log }) },
  );

const FAILING: readonly [string, () => unknown, string][] = [
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'ERR_WCP_POLICY_ENGINE',
  ],
  [
    'throws nothing',
    () => {
      throw undefined;
    },
    'ERR_WCP_POLICY_ENGINE',
  ],
  ['rejects', () => Promise.reject(new Error('broken')), 'ERR_WCP_POLICY_ENGINE'],
  ['never answers', () => new Promise(() => {}), 'ERR_WCP_POLICY_ENGINE'],
  ['answers nothing', () => undefined, 'ERR_WCP_POLICY_ANSWER'],
  ['answers null', async () => null, 'ERR_WCP_POLICY_ANSWER'],
  ['answers true', () => true, 'ERR_WCP_POLICY_ANSWER'],
  ['answers a list', () => [{ decision: 'ALLOW', reason: '' }], 'ERR_WCP_POLICY_ANSWER'],
  ['answers with an unknown decision', () => ({ decision: 'allow', reason: '' }), 'ERR_WCP_POLICY_ANSWER'],
  ['gives no reason', () => ({ decision: 'ALLOW' }), 'ERR_WCP_POLICY_ANSWER'],
  [
    'gives a reason without end',
    () => ({ decision: 'ALLOW', reason: 'x'.repeat(2_001) }),
    'ERR_WCP_POLICY_ANSWER',
  ],
  ['adds a member', () => ({ decision: 'ALLOW', reason: '', obligations: [] }), 'ERR_WCP_POLICY_ANSWER'],
  [
    'names a level where it allows',
    () => ({ decision: 'ALLOW', reason: '', supervisor_level: 'executor' }),
    'ERR_WCP_POLICY_ANSWER',
  ],
  [
    'names a level that does not exist',
    () => ({ decision: 'REQUIRE_HUMAN', reason: '', supervisor_level: 'boss' }),
    'ERR_WCP_POLICY_ANSWER',
  ],
  [
    'names a version that is no text',
    () => ({ decision: 'ALLOW', reason: '', policy_version: 1 }),
    'ERR_WCP_POLICY_ANSWER',
  ],
  ['inherits its members', () => Object.create({ decision: 'ALLOW', reason: '' }), 'ERR_WCP_POLICY_ANSWER'],
  [
    'answers with a getter that throws',
    () => ({
      decision: 'ALLOW',
      get reason() {
        throw new Error('x');
      },
    }),
    'ERR_WCP_POLICY_ANSWER',
  ],
  [
    'answers with something like a promise',
    () =>
      Object.fromEntries([
        ['then', (done: (value: unknown) => void) => done({ decision: 'ALLOW', reason: '' })],
      ]),
    'ERR_WCP_POLICY_ANSWER',
  ],
];

test.each(FAILING)('An engine that %s denies', async (_, answer, code) => {
  const gate = await open(answer);
  await expect((async () => gate.decide(gateRequest()))()).rejects.toMatchObject({ code });
});

test('A verdict is what the engine answered, with the version of what decided', async () => {
  const local = await open(() => ({
    decision: 'REQUIRE_HUMAN',
    reason: 'why',
    supervisor_level: 'executor',
  }));
  expect(local.decide(gateRequest())).toEqual({
    decision: 'REQUIRE_HUMAN',
    policy_version: 'v1',
    reason: 'why',
    supervisor_level: 'executor',
  });
  const remote = await open(async () => ({ decision: 'DENY', reason: '', policy_version: 'theirs' }));
  const verdict = remote.decide(gateRequest());
  expect(verdict).toBeInstanceOf(Promise);
  expect(await verdict).toEqual({ decision: 'DENY', policy_version: 'theirs', reason: '' });
});

test('An engine that is too late is told so', async () => {
  let signal: AbortSignal | undefined;
  const engine = { ...engineOf(() => null) };
  const gate = await openGate(
    sourceOf(() => ({
      ...engine,
      decide: (request, given) => {
        if (request.capability_id === 'cap.wcp.self-test') return { decision: 'DENY', reason: '' };
        signal = given;
        return new Promise(() => {});
      },
    })),
    { timeout_ms: 5 },
  );
  await expect(gate.decide(gateRequest())).rejects.toMatchObject({ code: 'ERR_WCP_POLICY_ENGINE' });
  expect(signal?.aborted).toBe(true);
});

test('The log says why an engine failed, once a minute and on one line', async () => {
  const lines: string[] = [];
  let now = 0;
  const failing = () => {
    throw new Error('the server\nsaid "no"');
  };
  const gate = await openGate(
    sourceOf(() => engineOf(failing)),
    {
      log: (_, message) => lines.push(message),
      now: () => now,
    },
  );
  const ask = () => expect(() => gate.decide(gateRequest())).toThrow();
  for (let count = 0; count < 5; count += 1) ask();
  now = 60_000;
  ask();
  expect(lines).toEqual([
    'A request was denied: The policy engine failed. the server\\u000asaid "no"',
    'A request was denied: The policy engine failed. the server\\u000asaid "no" (and 4 more since the last message)',
  ]);
});

test('A gate that was closed denies', async () => {
  const gate = await open(() => ({ decision: 'ALLOW', reason: '' }));
  await gate.close();
  expect(() => gate.decide(gateRequest())).toThrow(
    expect.objectContaining({ code: 'ERR_WCP_POLICY_ENGINE' }),
  );
});
