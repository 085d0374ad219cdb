import { expect, test } from 'vitest';
import { type Refusal, refusalText } from '../../src/base/refusal-text.ts';
import { dispatchOutcome } from '../../src/governor/dispatch-outcome.ts';
import type { Dispatched } from '../../src/hall/hall-port.ts';

const RUN = { ran: false, isAborted: false, error: null };
const answerOf = (decision: object) => ({ decision }) as unknown as Dispatched;

test('A deny code that only a newer Hall knows is a denial in its own words, with a remedy.', () => {
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
});

test('A decision that only a newer Hall knows is neither a denial nor a hold: nobody knows whether the tool ran.', () => {
  for (const decision of [
    { outcome: 'DEFERRED\u001b', deny_code: null },
    { outcome: 'STEWARD_HOLD', pending_approval_id: 'a' },
    {},
  ]) {
    const outcome = dispatchOutcome(answerOf(decision), RUN, null);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'DECISION_UNKNOWN', ran: null });
    const told = refusalText(outcome as Refusal);
    expect(told).not.toContain('Nothing ran');
    expect(told).toMatch(/Nobody knows whether the tool ran\. Find out what has changed/);
    expect(told).not.toContain('\u001b');
  }
});

test('A denial of what has been seen to begin does not say that nothing ran.', () => {
  const denial = answerOf({ outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' });
  expect(dispatchOutcome(denial, { ...RUN, ran: true }, null)).toMatchObject({
    kind: 'failed',
    code: 'DECISION_UNKNOWN',
    ran: true,
  });
});
