import { expect, test } from 'vitest';
import { dispatchOutcome } from '../../src/governor/dispatch-outcome.ts';
import type { Dispatched } from '../../src/hall/hall-port.ts';

const RUN = { ran: false, isAborted: false, error: null };
const answerOf = (decision: object) => ({ decision }) as unknown as Dispatched;

test('What only a newer Hall knows is a denial in its own words, with a remedy, and never a hold.', () => {
  for (const deny_code of ['DENY_OF_TOMORROW', 'constructor', '__proto__']) {
    const deny_reason_if_denied = { code: deny_code, message: 'The moon\u001b is full.' };
    const denial = answerOf({ outcome: 'DENY', deny_code, deny_reason_if_denied });
    expect(dispatchOutcome(denial, RUN, null)).toMatchObject({
      kind: 'denied',
      code: deny_code,
      message: 'The moon\\u001b is full. Nothing ran.',
      remedy: expect.stringMatching(/^Ask whoever runs the Hall/),
    });
  }
  const deferred = answerOf({ outcome: 'DEFERRED', deny_code: null });
  expect(dispatchOutcome(deferred, RUN, null)).toMatchObject({ kind: 'denied' });
});
