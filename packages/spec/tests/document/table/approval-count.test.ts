import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApprovalStep, approvalsIn, combineNeeds, countApproval } from '../../../src/document/index.ts';

const IDS = ['a', 'b', 'c', 'd'] as const;
const id = fc.constantFrom(...IDS);
const step = fc.record<ApprovalStep>(
  {
    action: fc.constantFrom('approve' as const, 'approve' as const, 'escalate' as const, 'deny' as const),
    by: id,
    result_hash: fc.constantFrom(null, '1', '2'),
  },
  { requiredKeys: ['action', 'by'] },
);
const demand = fc.record(
  {
    quorum: fc.integer({ min: 1, max: 4 }),
    stewards: fc.uniqueArray(id, { minLength: 1 }),
    confirmation: fc.constant('webauthn' as const),
  },
  { requiredKeys: [] },
);
const approve = (by: string, result_hash?: string): ApprovalStep => ({
  action: 'approve',
  by,
  ...(result_hash !== undefined && { result_hash }),
});

describe('demands on a hold', () => {
  test('Without any, one steward is enough.', () => {
    expect(combineNeeds([])).toEqual({ quorum: 1, stewards: null, confirmation: null });
  });

  test('The order of demands does not matter, and none weakens another.', () => {
    fc.assert(
      fc.property(fc.array(demand, { maxLength: 4 }), demand, (demands, more) => {
        const [one, other] = [combineNeeds([...demands, more]), combineNeeds([more, ...demands])];
        expect({ ...one, stewards: one.stewards === null ? null : [...one.stewards].sort() }).toEqual({
          ...other,
          stewards: other.stewards === null ? null : [...other.stewards].sort(),
        });
        const without = combineNeeds(demands);
        expect(one.quorum).toBeGreaterThanOrEqual(without.quorum);
        expect(one.confirmation ?? null).toBe(without.confirmation ?? more.confirmation ?? null);
        for (const named of one.stewards ?? []) expect((without.stewards ?? IDS).includes(named)).toBe(true);
      }),
    );
  });
});

describe('an approval', () => {
  test('What counts is what a plain reading of the statements says.', () => {
    const world = fc.record({
      history: fc.array(step, { maxLength: 6 }),
      demands: fc.array(demand, { maxLength: 2 }),
      stewards: fc.uniqueArray(id),
      requested_by: fc.uniqueArray(id, { maxLength: 1 }),
      by: id,
      result: fc.constantFrom(null, '1'),
    });
    fc.assert(
      fc.property(world, ({ history, demands, stewards, requested_by, by, result }) => {
        const need = combineNeeds(demands);
        const hold = {
          need,
          history,
          requested_by,
          isSteward: (one: string) => stewards.includes(one as 'a'),
        };
        const { code, count, quorum, is_enough } = countApproval(hold, by, result);
        let own: Record<string, string | null> = {};
        for (const each of history) {
          if (each.action === 'escalate') own = {};
          if (each.action === 'approve') own[each.by] = each.result_hash ?? null;
        }
        const may = (one: string) =>
          stewards.includes(one as 'a') &&
          !requested_by.includes(one as 'a') &&
          demands.every(({ stewards: named }) => named === undefined || named.includes(one as 'a'));
        const counting = Object.entries(own).filter(([one]) => may(one));
        const all = new Set([...counting.map(([one]) => one), by]);
        const isOpen = history.every(({ action }) => action !== 'deny');
        const isSame = counting.every(([, each]) => each === result);
        const isNew = counting.every(([one]) => one !== by) || all.size >= quorum;
        expect(code === null).toBe(may(by) && isOpen && isSame && isNew);
        expect(count).toBe(code === null ? all.size : counting.length);
        expect(is_enough).toBe(code === null && all.size >= need.quorum);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, object, string]>([
    ['is not a steward', { by: 'x' }, 'FORBIDDEN'],
    ['asked', { by: 'd' }, 'APPROVAL_SELF'],
    ['comes after the end', { by: 'b', history: [{ action: 'expire', by: 'hall' }] }, 'APPROVAL_RESOLVED'],
    ['is withdrawn', { by: 'b', history: [{ action: 'withdraw', by: 't' }] }, 'APPROVAL_RESOLVED'],
    ['is not named', { by: 'c' }, 'FORBIDDEN'],
    ['has approved', { by: 'a' }, 'APPROVAL_COUNTED'],
    ['has another result', { by: 'b', result: '2' }, 'CONFLICT'],
  ])('Whoever %s does not count.', (_, more, code) => {
    const { by, history, result } = {
      ...{ by: 'b', history: [approve('a', '1')], result: '1' },
      ...more,
    };
    const need = combineNeeds([{ quorum: 2, stewards: ['a', 'b', 'd'] }]);
    const isSteward = (one: string) => one !== 'x';
    const hold = { need, history, requested_by: ['d'], isSteward };
    expect(countApproval(hold, by, result)).toMatchObject({ code, is_enough: false });
  });

  test('What was approved before an escalation is left out.', () => {
    const history = [approve('a'), { action: 'escalate', by: 'b' } as const, approve('c')];
    expect(approvalsIn(history)).toEqual([approve('c')]);
  });
});
