import { describe, expect, test } from 'vitest';
import { isOutsideEnvelope } from '../../src/index.ts';

const refused = (egress_code: string) => Object.assign(new Error('connect EACCES'), { egress_code });

describe('a connection that failed', () => {
  test.each(['EGRESS_NOT_LISTED', 'EGRESS_ADDRESS_REFUSED'])(
    'A connection that was refused with %s is outside of the envelope, however often its error was wrapped.',
    (code) => {
      expect(isOutsideEnvelope(refused(code))).toBe(true);
      const wrapped = new TypeError('fetch failed', { cause: new Error('again', { cause: refused(code) }) });
      expect(isOutsideEnvelope(wrapped)).toBe(true);
    },
  );

  test('A connection that failed for another reason is not.', () => {
    const loop: Error = new Error('a loop');
    loop.cause = loop;
    const others = [
      refused('EGRESS_UNREACHABLE'),
      new Error('connect ECONNREFUSED'),
      loop,
      null,
      'EGRESS_NOT_LISTED',
    ];
    for (const error of others) expect(isOutsideEnvelope(error)).toBe(false);
    expect(isOutsideEnvelope({ egress_code: 'EGRESS_NOT_LISTED' })).toBe(false);
  });
});
