import { canonicalJson } from '@wcp/spec';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { outcomeOf } from '../samples.ts';

describe('a failure inside the worker', () => {
  const hostile = Object.defineProperty({}, 'message', {
    get() {
      throw new Error('in a getter');
    },
  });
  const secret = new Error('SECRET at /srv/someone/worker.js');
  const raise = () => {
    throw secret;
  };

  test.each<[string, () => unknown]>([
    [
      'throws an error',
      () => {
        throw secret;
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    [
      'throws text',
      () => {
        throw 'SECRET';
      },
    ],
    [
      'throws an object with throwing getters',
      () => {
        throw hostile;
      },
    ],
    ['rejects', () => Promise.reject(secret)],
    ['rejects with nothing', () => Promise.reject()],
    ['answers with a broken promise', () => Object.defineProperty({}, 'then', { get: () => raise() })],
    ['answers with a promise that throws', () => Object.fromEntries([['then', raise]])],
    [
      'answers with a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            getPrototypeOf() {
              throw secret;
            },
          },
        ),
    ],
  ])('A run that %s ends in an error that reveals nothing.', async (_, run) => {
    const result = await outcomeOf(run);
    expect(result).toMatchObject({ status: 'error', result: null, deny_reason: { code: 'WORKER_FAILED' } });
    expect(result.telemetry).toMatchObject([{ event_id: 'evt.worker.failed', reason: 'WORKER_FAILED' }]);
    expect(canonicalJson(result)).not.toMatch(/SECRET|someone|\.js|getter|Error/);
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a function', { f: () => 1 }, '/f'],
    ['a circle', circle, '/self'],
    ['a BigInt', { n: 1n }, '/n'],
    ['NaN', [Number.NaN], '/0'],
    ['a Date', new Date(0), ''],
    ['a Map', new Map(), ''],
    ['a lone surrogate', ['\udc00'], '/0'],
    [
      'a throwing getter',
      {
        get x() {
          throw secret;
        },
      },
      '/x',
    ],
    ['too many levels', JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`), ''],
  ])('A result with %s is an error.', async (_, value, path) => {
    const result = await outcomeOf(() => value);
    expect(result).toMatchObject({
      status: 'error',
      deny_reason: { code: 'WORKER_INVALID_RESULT', findings: [{ path }] },
    });
    expect(await outcomeOf((__, { partial }) => partial(value))).toMatchObject({
      deny_reason: { code: 'WORKER_INVALID_RESULT' },
    });
  });

  test('A result may be nested sixty-four levels deep, not counting brackets in its texts.', async () => {
    const deep = JSON.parse(`${'['.repeat(63)}{"[\\"[{":"]}[["}${']'.repeat(63)}`);
    expect(await outcomeOf(() => deep)).toMatchObject({ status: 'ok', result: deep });
  });

  test('A result that does not match the output schema is an error, with findings.', async () => {
    const output = z.object({ n: z.number() });
    expect(await outcomeOf(() => ({ n: 'x' }) as never, { output })).toMatchObject({
      status: 'error',
      deny_reason: { code: 'WORKER_INVALID_OUTPUT', findings: [{ path: '/n' }] },
    });
  });

  test('An output schema that turns a result into junk makes an error.', async () => {
    const output = z.unknown().transform(() => 1n);
    expect(await outcomeOf(() => 1, { output })).toMatchObject({
      deny_reason: { code: 'WORKER_INVALID_RESULT' },
    });
  });

  test('The author’s log gets what was thrown, and a failing log changes nothing.', async () => {
    const onError = vi.fn();
    await outcomeOf(
      () => {
        throw secret;
      },
      { onError },
    );
    await vi.waitFor(() => expect(onError).toHaveBeenCalledExactlyOnceWith(secret));
    const bad = [
      () => {
        throw secret;
      },
      () => Promise.reject(secret),
    ];
    for (const log of bad) {
      expect(
        await outcomeOf(
          () => {
            throw secret;
          },
          { onError: log },
        ),
      ).toMatchObject({ status: 'error' });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    const quiet = vi.fn();
    await outcomeOf(() => null, { onError: quiet });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(quiet).not.toHaveBeenCalled();
  });
});
