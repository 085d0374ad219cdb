import { describe, expect, test } from 'vitest';
import { type LogTime, verifyTimes } from '../../src/index.ts';
import { codesOf, hostileValues } from '../support.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const at = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();
const dated = (seconds: number | null, kind = 'decision') => ({
  kind,
  stream: 'agent.research',
  dispatched_at: seconds === null ? null : at(seconds),
});
const found = (
  seconds: readonly (number | null)[],
  timestamps: readonly LogTime[] = [],
  positions?: readonly number[],
) =>
  codesOf(
    verifyTimes({
      receipts: seconds.map((each) => dated(each)),
      timestamps,
      ...(positions && { positions }),
    }),
  );

describe('the times of a log', () => {
  test('They may be out of order by five minutes, as decisions that wait for their gate are.', () => {
    expect(found([0, 300, 0, 1, 600, 300])).toEqual([]);
    expect(found([0, 300, -0.001])).toEqual(['2 TIME_NOT_ORDERED']);
    expect(found([0, 400, 99, 100])).toEqual(['2 TIME_NOT_ORDERED']);
  });

  test('A receipt that is dated back bounds none after it, and each of them is found.', () => {
    expect(found([0, 10, -9_999, 20, -9_999])).toEqual(['2 TIME_NOT_ORDERED', '4 TIME_NOT_ORDERED']);
  });

  test('An outcome carries the time of its decision, and what is about the log carries none.', () => {
    const receipts = [
      dated(0),
      dated(-9_999, 'outcome'),
      { ...dated(null, 'key'), stream: '(log)' },
      dated(-9_999, 'approval'),
      dated(-9_999, 'enrolment'),
    ];
    expect(codesOf(verifyTimes({ receipts }))).toEqual(['3 TIME_NOT_ORDERED', '4 TIME_NOT_ORDERED']);
  });

  test('A time that is missing or cannot be read is found.', () => {
    expect(found([0, null])).toEqual(['1 TIME_NOT_ORDERED']);
    for (const dispatched_at of ['', 'yesterday', '2026', '2026-13-01T00:00:00Z', 1, undefined, [at(0)]]) {
      expect(codesOf(verifyTimes({ receipts: [{ ...dated(0), dispatched_at }] }))).toEqual([
        '0 TIME_NOT_ORDERED',
      ]);
    }
  });

  test('After a timestamp, no receipt is dated before it; before it, none after it.', () => {
    const stamp = { size: 2, time: at(1_000) };
    expect(found([0, 1_300, 1_000, 2_000], [stamp])).toEqual([]);
    expect(found([0, 1_301, 1_301], [stamp])).toEqual(['1 TIME_NOT_ORDERED']);
    expect(found([0, 10, 700], [stamp])).toEqual([]);
    expect(found([0, 10, 699], [stamp])).toEqual(['2 TIME_NOT_ORDERED']);
  });

  test('Several timestamps count together, in any order and also where two have one size.', () => {
    const stamps = [
      { size: 4, time: at(3_000) },
      { size: 0, time: at(-5_000) },
      { size: 2, time: at(1_000) },
      { size: 2, time: at(2_000) },
    ];
    expect(found([0, 1_000, 1_800, 2_000, 3_000], stamps)).toEqual([]);
    expect(found([1_400, 1_000, 1_600, 2_000, 2_600], stamps)).toEqual([
      '0 TIME_NOT_ORDERED',
      '2 TIME_NOT_ORDERED',
      '4 TIME_NOT_ORDERED',
    ]);
    expect(found([-6_000], stamps)).toEqual(['0 TIME_NOT_ORDERED']);
  });

  test('Receipts that are a part of a log are judged by their positions in it.', () => {
    const stamp = { size: 300, time: at(1_000) };
    expect(found([0, 600, 1_000], [stamp], [7, 299, 300])).toEqual([]);
    expect(found([0, 600, 1_000], [stamp], [7, 300, 301])).toEqual(['1 TIME_NOT_ORDERED']);
  });

  test('Where only timestamps are asked, receipts may be out of order between them.', () => {
    const receipts = [dated(0), dated(-9_999), dated(700), dated(699)];
    const timestamps = [{ size: 2, time: at(1_000) }];
    expect(codesOf(verifyTimes({ receipts, timestamps, is_ordered: false }))).toEqual(['3 TIME_NOT_ORDERED']);
  });

  test('No value makes it throw.', () => {
    for (const value of hostileValues()) verifyTimes({ receipts: value });
    expect(verifyTimes({ receipts: hostileValues() }).ok).toBe(false);
  });
});
