import { probeSandbox } from '@wcp/sandbox';
import { describe, expect, test } from 'vitest';
import { callOf, openPackage } from '../delivery/support.ts';

const isHere = (await probeSandbox()).is_contained;

/** A worker that answers each call in its own way; `own` is the id of the call, `earlier` that of the one before. */
const workerThat = (acts: string) => `
import { createInterface } from 'node:readline';
const say = (id, result) => console.log(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }));
let earlier = null;
for await (const line of createInterface({ input: process.stdin })) {
  const { id: own } = JSON.parse(line);
  ${acts}
  earlier = own;
}`;

const MADE_UP = '00000000-0000-4000-8000-000000000000';

describe.skipIf(!isHere)('an answer to another job', () => {
  test.each([
    ['A call that somebody else has', `say('${MADE_UP}', 'forged');`, ['DELIVERY_WRONG_ID']],
    [
      'An earlier call of the same process',
      `say(earlier ?? own, earlier === null ? 'true' : 'forged');`,
      [null, 'DELIVERY_WRONG_ID'],
    ],
    [
      'A call that comes later, before it is there',
      `say(own, 'true'); setTimeout(() => say('${MADE_UP}', 'forged'), 50);`,
      [null],
    ],
    ['Its own call, a second time', `say(own, 'true'); say(own, 'forged');`, [null]],
  ])('%s is not answered by a forged line.', async (_, acts, codes) => {
    const { delivery, hash } = await openPackage(workerThat(acts), { isolation: 'contained' });
    const ask = () => delivery.deliver(callOf({}, { code_hash: hash }));
    for (const code of codes) {
      const delivered = await ask();
      expect(delivered.code).toBe(code);
      expect(delivered.result?.result ?? null).toBe(code === null ? 'true' : null);
    }
    // What a process says without a call is not trusted again: the next call gets another process.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const next = await ask();
    expect(next.result?.result ?? null).not.toBe('forged');
  });
});
