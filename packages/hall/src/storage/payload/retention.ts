import { canonicalJson } from '@wcp/spec';
import type { RetentionRule } from '@wcp/spec/document';
import type { Change } from '../store/store.ts';
import { isInFlight } from './erase-decision.ts';
import { type ErasureOrder, isWithin, type StoredDecision } from './erasure.ts';
import type { PayloadStore } from './payload-store.ts';

/** For each rule, by its canonical JSON: the decisions below this position are forgotten, or outside it. */
type Cursors = Readonly<Record<string, number>>;

/** What is past its time. */
interface Due {
  readonly order: Omit<ErasureOrder, 'at'>;
  readonly decisions: readonly StoredDecision[];
  readonly cursors: Cursors;
}

/** There is one row of cursors. */
const ID = 'retention';
/** Rows that are looked at in one step, and decisions that one receipt is about. */
const [PAGE, MAX_DECISIONS] = [500, 200];
const DAY_MS = 86_400_000;
/** What stands for whoever forgets by a rule. */
const BY_RULE = 'hall';

/**
 * The next decisions whose payload is past the time of a rule; null where nothing has become due since it was last
 * looked. One that waits for a human or an outcome, and what came after it, wait for the next time.
 */
export async function nextDue(
  store: PayloadStore,
  rules: readonly RetentionRule[],
  rule: RetentionRule,
  at: string,
): Promise<Due | null> {
  const known = await readCursors(store, rules);
  const name = canonicalJson(rule);
  const from = known[name] ?? 0;
  const { tenant_id = null, data_label = null, days } = rule;
  const before = new Date(Date.parse(at) - days * DAY_MS).toISOString();
  const decisions: StoredDecision[] = [];
  let cursor = from;
  for (const row of await store.sealed.list('decisions', { after: from - 1, limit: PAGE })) {
    if (row.at >= before || decisions.length === MAX_DECISIONS) break;
    if (store.isHeld(row) && isWithin({ tenant_id, data_label, before }, row)) {
      if (await isWaiting(store, row)) break;
      decisions.push(row);
    }
    cursor = row.position + 1;
  }
  if (cursor === from) return null;
  const order = { scope: 'before', tenant_id, data_label, before, decision_id: null } as const;
  const why = { reason: 'retention', note: `${days} days`, by: BY_RULE } as const;
  return { order: { ...order, ...why }, decisions, cursors: { ...known, [name]: cursor } };
}

/** Makes durable how far the rules have come. */
export function retentionChange(cursors: Cursors, at: string): Change {
  return { put: 'erasures', row: { id: ID, state: 'cursor', at, document: JSON.stringify(cursors) } };
}

/** Only those of the present rules: one that comes back begins anew. */
async function readCursors(store: PayloadStore, rules: readonly RetentionRule[]): Promise<Cursors> {
  const row = await store.get('erasures', ID);
  const stored = JSON.parse(row?.document ?? '{}') as Cursors;
  const names = new Set(rules.map((rule) => canonicalJson(rule)));
  return Object.fromEntries(Object.entries(stored).filter(([name]) => names.has(name)));
}

async function isWaiting(store: PayloadStore, { position }: StoredDecision): Promise<boolean> {
  const row = await store.sealed.get('receipts', position);
  return isInFlight(store, row?.decision_id ?? null);
}
