import { type Budget, budgetKey, type Spent } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { decideScene, NOW, type Scene, together, WORKER_ID } from '../support.ts';

const SUBJECT = { tenant_id: 'tenant-a', capability_id: 'cap.doc.summarize', worker_id: WORKER_ID };
const CALLS: Budget = { budget_id: 'b', scope: {}, unit: 'calls', limit: 10, window_seconds: 3600 };
/** 12:00:00.25 is the beginning of an hour. */
const RESET = 3600;

const amountOf = (budget: Budget, amount: number): Spent => ({
  [budget.budget_id]: { [budgetKey(budget, SUBJECT, NOW)]: amount },
});
const scene = (budgets: readonly Budget[], spent?: unknown): Scene => ({
  config: { 'x.budgets': budgets },
  ...(spent === undefined ? {} : { facts: { 'x.spent': spent } }),
});
const codeOf = (budget: Budget, amount: number, more: Scene = {}): unknown =>
  decideScene(together(scene([budget], amountOf(budget, amount)), more)).deny_code;

test('Exactly the limit may be spent, and nothing more.', () => {
  expect(codeOf(CALLS, 9)).toBeNull();
  expect(codeOf(CALLS, 10)).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(codeOf(CALLS, Number.MAX_SAFE_INTEGER)).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(codeOf({ ...CALLS, limit: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER)).not.toBeNull();
  expect(codeOf({ ...CALLS, limit: 0 }, 0)).toBe('DENY_X_BUDGET_EXHAUSTED');
});

test('A call needs its own blast of a budget in blast, and not that of its dispatch chain.', () => {
  const blast: Budget = { ...CALLS, unit: 'blast' };
  expect(codeOf(blast, 9)).toBeNull();
  expect(codeOf(blast, 10)).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(codeOf(blast, 6, { input: { blast_score: 4 } })).toBeNull();
  expect(codeOf(blast, 7, { input: { blast_score: 4 } })).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(codeOf(blast, 9, { facts: { chain: { blast_score: 20 } } })).toBeNull();
});

test('A call needs what a budget in cost reserves for it.', () => {
  const cost: Budget = { ...CALLS, unit: 'cost', reserve: 4 };
  expect(codeOf(cost, 6)).toBeNull();
  expect(codeOf(cost, 7)).toBe('DENY_X_BUDGET_EXHAUSTED');
});

test('A budget without an amount under its key denies.', () => {
  const others = [
    undefined,
    {},
    { b: {} },
    { other: amountOf(CALLS, 0)['b'] },
    { b: { [budgetKey(CALLS, SUBJECT, '2026-03-01T13:00:00Z')]: 0 } },
    { b: { [budgetKey({ ...CALLS, unit: 'blast' }, SUBJECT, NOW)]: 0 } },
  ];
  for (const spent of others) {
    expect(decideScene(scene([CALLS], spent)).deny_code, JSON.stringify(spent)).toBe('DENY_X_BUDGET_UNKNOWN');
  }
});

test('A missing amount comes before one that is too great, whichever budget is first.', () => {
  const other: Budget = { ...CALLS, budget_id: 'other' };
  for (const budgets of [
    [CALLS, other],
    [other, CALLS],
  ]) {
    expect(decideScene(scene(budgets, amountOf(CALLS, 10))).deny_code).toBe('DENY_X_BUDGET_UNKNOWN');
  }
});

test('A budget for somebody else has no effect, even without an amount.', () => {
  for (const scope of [{ tenant_id: 'b' }, { capability_id: 'cap.a.b' }, { worker_id: 'org.acme.other' }]) {
    expect(decideScene(scene([{ ...CALLS, scope }])).outcome).toBe('DISPATCH');
  }
});

test('Each tenant, capability and worker under * has an amount of its own.', () => {
  const each: Budget = { ...CALLS, scope: { tenant_id: '*', capability_id: '*', worker_id: '*' } };
  expect(codeOf(each, 10)).toBe('DENY_X_BUDGET_EXHAUSTED');
  const elsewhere = { b: { [budgetKey(each, { ...SUBJECT, tenant_id: 'b' }, NOW)]: 10 } };
  expect(decideScene(scene([each], elsewhere)).deny_code).toBe('DENY_X_BUDGET_UNKNOWN');
});

test('The denial says of each budget with too little left what is left, in the order of the configuration.', () => {
  const budgets: readonly Budget[] = [
    { ...CALLS, budget_id: 'z' },
    { ...CALLS, budget_id: 'room', limit: 100 },
    { ...CALLS, budget_id: 'a', unit: 'cost', reserve: 8, window_seconds: 77 },
  ];
  const spent = Object.assign({}, ...budgets.map((budget) => amountOf(budget, 12)));
  spent['a'] = amountOf(budgets[2] as Budget, 3)['a'];
  const common = { limit: 10 };
  expect(decideScene(scene(budgets, spent)).deny_reason_if_denied?.['x.budgets']).toEqual([
    {
      ...common,
      budget_id: 'z',
      unit: 'calls',
      spent: 12,
      remaining: 0,
      needed: 1,
      resets_in_seconds: RESET,
    },
    { ...common, budget_id: 'a', unit: 'cost', spent: 3, remaining: 7, needed: 8, resets_in_seconds: 42 },
  ]);
});

test('A denial after a hold of step 12 keeps nothing of the hold, and the gate is not asked.', () => {
  let asked = 0;
  const decision = decideScene({
    ...together(scene([CALLS], amountOf(CALLS, 10)), {
      input: { blast_score: 50 },
      rule: { decision: { escalation: { policy_gate: true } } },
    }),
    gate: () => {
      asked += 1;
      return { decision: 'ALLOW', policy_version: 'v', reason: '' };
    },
  });
  expect(decision).toMatchObject({
    deny_code: 'DENY_X_BUDGET_EXHAUSTED',
    blast_score: 50,
    blast_gate_passed: false,
    supervisor_required: false,
    escalation_context: null,
  });
  expect(asked).toBe(0);
});
