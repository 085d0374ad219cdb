import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSeconds, isTime } from '../../src/document/index.ts';
import { WcpError } from '../../src/index.ts';

const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');
const instant = fc.integer({ min: FIRST / 1000, max: LAST / 1000 });
const written = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);

describe('A time is RFC 3339 in UTC with a Z', () => {
  test('Every second of every year is a time, with up to nine digits of fraction.', () => {
    fc.assert(
      fc.property(instant, fc.stringMatching(/^(\.[0-9]{1,9})?$/), (seconds, fraction) => {
        expect(isTime(`${written(seconds)}${fraction}Z`)).toBe(true);
      }),
    );
  });

  test('There is no year 0000.', () => {
    for (const text of ['0000-01-01T00:00:00Z', '0000-02-29T12:00:00Z']) expect(isTime(text)).toBe(false);
  });

  test('What has the form of a time is one exactly when the date exists.', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
    const near = (most: number) =>
      fc.oneof(
        fc.integer({ min: 0, max: most + 1 }).map((n) => String(n).padStart(2, '0')),
        two,
      );
    const year = fc.integer({ min: 1, max: 9999 }).map((number) => String(number).padStart(4, '0'));
    fc.assert(
      fc.property(year, near(12), near(31), near(23), near(59), near(59), (y, mo, d, h, mi, s) => {
        const text = `${y}-${mo}-${d}T${h}:${mi}:${s}Z`;
        const date = new Date(text);
        const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text.replace('Z', '.000Z');
        expect(isTime(text)).toBe(exists);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['2024-02-29T00:00:00Z', true],
    ['2000-02-29T00:00:00Z', true],
    ['1900-02-29T00:00:00Z', false],
    ['2023-02-29T00:00:00Z', false],
    ['2026-04-31T00:00:00Z', false],
    ['2026-06-30T23:59:60Z', false],
    ['2026-01-01T24:00:00Z', false],
    ['2026-01-01T00:00:00.Z', false],
    ['2026-01-01T00:00:00.123456789Z', true],
    ['2026-01-01T00:00:00.1234567890Z', false],
    ['2026-01-01T00:00:00,5Z', false],
    ['2026-01-01T00:00:00.5xZ', false],
    ['2026-01-01T00:00:00', false],
    ['2026-01-01T00:00:00z', false],
    ['2026-01-01t00:00:00Z', false],
    ['2026-01-01 00:00:00Z', false],
    ['2026-01-01T00:00:00+00:00', false],
    ['2026-01-01T00:00:00Z\n', false],
    ['2026-01-01T00:00:00Z ', false],
    ['2026-1-01T00:00:00Z', false],
    ['dddd-dd-ddTdd:dd:ddZ', false],
    ['20260101T000000Z', false],
    ['+02026-01-01T00:00:00Z', false],
    ['２026-01-01T00:00:00Z', false],
    ['2026-01-01T00:00Z', false],
    ['', false],
    ['Z', false],
  ])('Whether %s is a time: %s', (text, valid) => {
    expect(isTime(text)).toBe(valid);
  });

  test('No other text is a time.', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9TZ:.-]{18,31}$/)),
        (text) => {
          const expected =
            /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) && !Number.isNaN(Date.parse(text));
          if (!expected) expect(isTime(text)).toBe(false);
        },
      ),
    );
  });
});

describe('A time plus seconds', () => {
  test('Adding seconds follows the calendar and keeps the fraction as written.', () => {
    const fraction = fc.stringMatching(/^(\.[0-9]{1,9})?$/);
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 40_000_000 }), fraction, (seconds, more, digits) => {
        fc.pre(seconds + more <= LAST / 1000);
        expect(addSeconds(`${written(seconds)}${digits}Z`, more)).toBe(
          `${written(seconds + more)}${digits}Z`,
        );
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['2026-01-31T23:59:30.5Z', 60, '2026-02-01T00:00:30.5Z'],
    ['2024-02-28T23:59:59Z', 1, '2024-02-29T00:00:00Z'],
    ['2023-02-28T23:59:59.000Z', 1, '2023-03-01T00:00:00.000Z'],
    ['2025-12-31T23:59:59Z', 1, '2026-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', 31_536_000, '0002-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', 0, '2026-01-01T00:00:00Z'],
  ])('%s plus %i seconds is %s', (time, seconds, sum) => {
    expect(addSeconds(time, seconds)).toBe(sum);
  });

  test('The sum is a time again.', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 31_536_000 }), (seconds, more) => {
        fc.pre(seconds + more <= LAST / 1000);
        expect(isTime(addSeconds(`${written(seconds)}Z`, more))).toBe(true);
      }),
    );
  });

  test('A sum past the year 9999 is an error.', () => {
    expect(addSeconds('9999-12-31T23:59:58Z', 1)).toBe('9999-12-31T23:59:59Z');
    expect(() => addSeconds('9999-12-31T23:59:59Z', 1)).toThrow(WcpError);
    expect(() => addSeconds('9999-12-31T23:59:59Z', 1)).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_DOCUMENT' }),
    );
  });
});
