import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import type { Hall } from '../../src/index.ts';
import type { EventRow, Store } from '../../src/storage/store/store.ts';
import { hasPostgres } from '../support/postgres-server.ts';
import { manyHalls, request } from './many-halls.ts';

const RUNS = Number(process.env['WCP_HISTORIES'] ?? 4);
/** Of a dispatch chain, and of the budget of all calls. */
const [CHAIN_LIMIT, CALLS] = [6, 60];
const TENANTS = ['tenant-a', 'tenant-b'];

type Step =
  | { readonly kind: 'dispatch'; readonly hall: number; readonly tenant: number; readonly chain: number }
  | { readonly kind: 'freeze' | 'release'; readonly hall: number; readonly tenant: number };

const hall = fc.integer({ min: 0, max: 2 });
const tenant = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('dispatch' as const), hall, tenant, chain: hall }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze' as const), hall, tenant }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), hall, tenant }) },
);

/** What happened: when it was asked for, when it was answered, and what was decided; null for a freeze or its release. */
interface Happened {
  readonly began: number;
  readonly ended: number;
  readonly tenant_id: string;
  readonly decision_id: string | null;
}

const STEWARD = { id: 'key:steward', roles: ['steward'] as const, tenant_id: null, authority: null };

/** Carries steps out, several at a time, and notes what was answered. */
async function carryOut(halls: readonly Hall[], lanes: readonly (readonly Step[])[]): Promise<Happened[]> {
  const happened: Happened[] = [];
  const carry = async (each: Step) => {
    const at = halls[each.hall] as Hall;
    const tenant_id = TENANTS[each.tenant] as string;
    const target = { scope: 'tenant', value: tenant_id, tenant_id: null } as const;
    const { registryAdmin } = partsOf(at);
    const began = performance.now();
    if (each.kind === 'dispatch') {
      const { decision } = await at.dispatch(request(`chain-${each.chain}`, { tenant_id }));
      happened.push({
        began,
        ended: performance.now(),
        tenant_id,
        decision_id: decision.decision_id as string,
      });
      return;
    }
    if (each.kind === 'freeze') await registryAdmin.freeze(target, 'stop', STEWARD);
    // What is not frozen, or was released by another at the same moment, is refused.
    else await registryAdmin.release(target, STEWARD).catch(() => {});
    happened.push({ began, ended: performance.now(), tenant_id, decision_id: null });
  };
  await Promise.all(
    lanes.map(async (lane) => {
      for (const each of lane) await carry(each);
    }),
  );
  return happened;
}

interface Recorded {
  readonly decision_id: string;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly outcome: string;
  readonly deny_code: string | null;
}

/** Everything in the order in which it was committed: the rows of events count it. */
async function historyOf(
  store: Store,
): Promise<readonly (Recorded | { readonly event_id: string; readonly value: string })[]> {
  const rows: EventRow[] = await store.list('events', { limit: 100_000 });
  const history: (Recorded | { event_id: string; value: string })[] = [];
  for (const { position, events } of rows) {
    if (events !== null) {
      const own = JSON.parse(events) as { event_id: string; value: string }[];
      history.push(...own.filter(({ event_id }) => /hall\.(frozen|released)$/.test(event_id)));
    }
    const made = position === null ? null : await store.get('decisions', position);
    if (events === null && made?.decision != null) history.push(JSON.parse(made.decision) as Recorded);
  }
  return history;
}

/** Tells, one after another, what a single Hall would have answered. */
function wrongIn(history: Awaited<ReturnType<typeof historyOf>>, happened: readonly Happened[]): string[] {
  const [frozen, spent, wrong] = [new Set<string>(), new Map<string, number>(), [] as string[]];
  let calls = 0;
  for (const each of history) {
    if ('event_id' in each) {
      if (each.event_id.endsWith('frozen')) frozen.add(each.value);
      else frozen.delete(each.value);
      continue;
    }
    const { decision_id, tenant_id, correlation_id, outcome, deny_code } = each;
    const chain = `${tenant_id} ${correlation_id}`;
    const used = spent.get(chain) ?? 0;
    const due = frozen.has(tenant_id)
      ? 'DENY_FROZEN'
      : used + 1 > CHAIN_LIMIT
        ? 'DENY_BLAST_RADIUS_EXCEEDED'
        : calls + 1 > CALLS
          ? 'DENY_X_BUDGET_EXCEEDED'
          : null;
    if (deny_code === 'DENY_FROZEN' && isBesideFreeze(decision_id, happened)) continue;
    if (deny_code !== due)
      wrong.push(`${decision_id}: ${deny_code ?? outcome} in the place of ${due ?? 'DISPATCH'}`);
    if (due !== null) continue;
    spent.set(chain, used + 1);
    calls += 1;
  }
  return wrong;
}

/** A freeze is in force before it is durable, and until its release is: whoever decides meanwhile may deny already, or still. */
function isBesideFreeze(decision_id: string, happened: readonly Happened[]): boolean {
  const decided = happened.find((each) => each.decision_id === decision_id);
  return happened.some(
    (each) =>
      each.decision_id === null &&
      each.tenant_id === decided?.tenant_id &&
      each.began < decided.ended &&
      decided.began < each.ended,
  );
}

/** What was answered before something else was asked for is committed before it. */
function disordered(happened: readonly Happened[], history: Awaited<ReturnType<typeof historyOf>>): string[] {
  const place = new Map(history.map((each, index) => ['decision_id' in each ? each.decision_id : '', index]));
  const decided = happened.flatMap(({ decision_id, ...times }) =>
    decision_id === null ? [] : [{ ...times, decision_id, at: place.get(decision_id) ?? -1 }],
  );
  return decided.flatMap((one) =>
    decided
      .filter((two) => one.ended < two.began && one.at >= two.at)
      .map((two) => `${two.decision_id} was asked for after ${one.decision_id}, and is before it`),
  );
}

test.runIf(hasPostgres)(
  'Whatever three Halls do at the same time, one Hall could have done one after another, in the order of the log.',
  { timeout: 60_000 + RUNS * 60_000 },
  async () => {
    const lanes = fc.array(fc.array(step, { minLength: 3, maxLength: 8 }), { minLength: 6, maxLength: 9 });
    let decided = 0;
    const property = fc.asyncProperty(lanes, async (steps) => {
      const budget = {
        budget_id: 'calls',
        scope: {},
        unit: 'calls',
        limit: CALLS,
        window_seconds: 31_536_000,
      } as const;
      const blast = { max_score: { dev: CHAIN_LIMIT }, on_exceeded: 'deny' } as const;
      const { halls } = await manyHalls(3, { config: { blast, 'x.budgets': [budget] } });
      const happened = await carryOut(halls, steps);
      const history = await historyOf(partsOf(halls[0]).storage.store);
      expect(wrongIn(history, happened)).toEqual([]);
      expect(disordered(happened, history)).toEqual([]);
      const recorded = history.filter((each) => 'decision_id' in each).length;
      expect(recorded).toBe(happened.filter(({ decision_id }) => decision_id !== null).length);
      decided += recorded;
      await Promise.all(halls.map((each) => each.close()));
    });
    // What fails depends on the moment: a smaller history says no more.
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
    expect(decided).toBeGreaterThan(RUNS * 10);
  },
);
