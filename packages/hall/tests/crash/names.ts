/** The seed of the key with which the killed Halls sign. */
export const KEY_SEED = '0f'.repeat(32);
/** What they may spend within a year; the first is reached soon. */
export const BUDGETS = [
  {
    budget_id: 'few',
    scope: { tenant_id: 'tenant-a' },
    unit: 'calls',
    limit: 25,
    window_seconds: 31_536_000,
  },
  { budget_id: 'all', scope: {}, unit: 'calls', limit: 1_000_000, window_seconds: 31_536_000 },
  {
    ...{ budget_id: 'cost', scope: {}, unit: 'cost', limit: 10_000_000, window_seconds: 31_536_000 },
    reserve: 5,
  },
] as const;
/** What a call costs, as its worker reports it. */
export const COST = 3;
/** The name of their log. */
export const ORIGIN = 'crash.test/log';
/** Milliseconds after which one of several Halls is taken for dead. */
export const LEASE_MS = 5_000;
