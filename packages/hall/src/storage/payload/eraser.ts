import { logReceipt } from '@wcp/evidence/receipt';
import type { Erasure, RetentionRule } from '@wcp/spec/document';
import { v7 } from 'uuid';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { Entry } from '../ledger/entry.ts';
import type { OpenLedger } from '../ledger/ledger.ts';
import { rowThere } from '../seal/row-there.ts';
import type { Change, Key } from '../store/store.ts';
import { decisionsOfRequest, isInFlight, type PlacedDecision } from './erase-decision.ts';
import {
  type ErasureOrder,
  type ErasurePlan,
  type ErasureScope,
  type Forgotten,
  isWithin,
  type StoredDecision,
  tenantOf,
} from './erasure.ts';
import { ErasureWork, erasureChange, type OpenErasure, readErasure } from './erasure-work.ts';
import { lostRows, type ReadTable, type RowRange } from './lost-rows.ts';
import type { PayloadStore } from './payload-store.ts';
import { nextDue, retentionChange } from './retention.ts';

/** Rows that are looked at in one step. */
const PAGE = 200;
/** Forgettings that are not finished: they are few. */
const MAX_OPEN = 1_000_000;

/** What forgets payloads. Every method works in steps, between which others are served. */
export interface Payloads {
  /** What a forgetting would take; nothing is changed. */
  plan(scope: ErasureScope): Promise<ErasurePlan>;
  /** Makes a forgetting durable, with its receipt; {@link work} carries it out. */
  forget(order: ErasureOrder): Promise<Forgotten>;
  /** Takes the next step of what is to be forgotten; resolves with whether there is more to do. */
  work(): Promise<boolean>;
  /** Forgets what is past its time, a bounded part of it; resolves with how many decisions that were. */
  retain(rules: readonly RetentionRule[], at: string): Promise<number>;
  /** The keys of rows that are there and that nobody can read: their data key is lost, and not forgotten. */
  lost(table: ReadTable, range: RowRange): Promise<readonly Key[]>;
}

/** Forgets payloads in the thread of the store. */
export class Eraser implements Payloads {
  readonly #ledger: OpenLedger;
  readonly #work: ErasureWork;
  readonly #queue = new SerialQueue();

  private constructor(ledger: OpenLedger) {
    this.#ledger = ledger;
    this.#work = new ErasureWork(ledger.store);
  }

  /** Where an earlier process ended between the receipt of a forgetting and the end of its key, the key ends now. */
  static async open(ledger: OpenLedger): Promise<Eraser> {
    const rows = await ledger.store.list('erasures', { where: { state: 'open' }, limit: MAX_OPEN });
    for (const row of rows) destroyKey(ledger.store, readErasure(row));
    return new Eraser(ledger);
  }

  plan(scope: ErasureScope): Promise<ErasurePlan> {
    return this.#plan(scope, 0, Number.POSITIVE_INFINITY);
  }

  forget(order: ErasureOrder): Promise<Forgotten> {
    return this.#queue.run(() => this.#forget(order));
  }

  work(): Promise<boolean> {
    return this.#queue.run(async () => {
      const [row] = await this.#ledger.store.list('erasures', { where: { state: 'open' }, limit: 1 });
      if (row === undefined) return false;
      const step = await this.#work.next(readErasure(row));
      if (step.length > 0) await this.#ledger.append([{ changes: step }]);
      return true;
    });
  }

  retain(rules: readonly RetentionRule[], at: string): Promise<number> {
    return this.#queue.run(() => this.#retain(rules, at));
  }

  lost(table: ReadTable, range: RowRange): Promise<readonly Key[]> {
    return lostRows(this.#ledger.store, table, range);
  }

  /** What may be long is counted before, while others commit; what came meanwhile is counted in one go. */
  async #forget(order: ErasureOrder): Promise<Forgotten> {
    const { size } = await this.#ledger.head();
    const before = await this.#plan(order, 0, size);
    const named = order.decision_id === null ? null : await this.#named(order);
    const key_id =
      order.scope === 'tenant' ? (this.#ledger.store.keys.find(tenantOf(order))?.id ?? null) : null;
    let plan: ErasurePlan = before;
    const make = async (below: number): Promise<readonly Entry[]> => {
      if (order.decision_id === null) plan = sum(before, await this.#plan(order, size, below));
      const mustWait = order.scope !== 'before' && plan.in_flight > 0 && order.isForced !== true;
      const takes = plan.decisions + (order.isForced === true ? plan.in_flight : 0);
      if (mustWait || (takes === 0 && key_id === null)) return [];
      if (named !== null) return named.map((decision) => entryOfOne(order, below, decision));
      return [entryOf(order, { below, decisions: takes, positions: null, key_id })];
    };
    const [appended] = await this.#ledger.appendAt(make, () => {
      if (plan.in_flight === 0 || order.isForced === true)
        destroyKey(this.#ledger.store, { erasure: order, key_id });
    });
    return { ...plan, receipt: appended?.receipt ?? null };
  }

  async #plan(scope: ErasureScope, from: number, below: number): Promise<ErasurePlan> {
    let plan: ErasurePlan = { decisions: 0, in_flight: 0 };
    if (scope.decision_id !== null) {
      for (const { position } of await this.#named(scope)) plan = sum(plan, await this.#planOf(position));
      return plan;
    }
    for (let after = from - 1; ; ) {
      const rows = await this.#ledger.store.sealed.list('decisions', { after, limit: PAGE });
      for (const row of rows) {
        if (row.position >= below) return plan;
        if (isWithin(scope, row)) plan = sum(plan, await this.#planOf(row.position));
      }
      const last = rows.at(-1);
      if (last === undefined) return plan;
      after = last.position;
    }
  }

  async #planOf(position: number): Promise<ErasurePlan> {
    const { store } = this.#ledger;
    if (!store.isHeld(await rowThere(store.sealed, 'decisions', position))) return sum();
    const { decision_id } = await rowThere(store.sealed, 'receipts', position);
    return (await isInFlight(store, decision_id))
      ? { decisions: 0, in_flight: 1 }
      : { decisions: 1, in_flight: 0 };
  }

  #named({ decision_id }: ErasureScope): Promise<PlacedDecision[]> {
    return decisionsOfRequest(this.#ledger.store, decision_id as string);
  }

  async #retain(rules: readonly RetentionRule[], at: string): Promise<number> {
    for (const rule of rules) {
      const due = await nextDue(this.#ledger.store, rules, rule, at);
      if (due === null) continue;
      const moved = retentionChange(due.cursors, at);
      if (due.decisions.length === 0) {
        await this.#ledger.append([{ changes: [moved] }]);
        continue;
      }
      const order = { ...due.order, at };
      const positions = due.decisions.map(({ position }: StoredDecision) => position);
      const taken = { decisions: positions.length, positions, key_id: null };
      await this.#ledger.appendAt(async (below) => [entryOf(order, { below, ...taken }, [moved])]);
      return positions.length;
    }
    return 0;
  }
}

/** From now on nothing of the tenant that was written before can be read. */
function destroyKey(
  { keys }: Pick<PayloadStore, 'keys'>,
  { erasure, key_id }: { readonly erasure: Pick<Erasure, 'tenant_id'>; readonly key_id: string | null },
): void {
  if (key_id !== null) keys.destroy(tenantOf(erasure), key_id);
}

function sum(...plans: readonly ErasurePlan[]): ErasurePlan {
  return plans.reduce(
    (total, { decisions, in_flight }) => ({
      decisions: total.decisions + decisions,
      in_flight: total.in_flight + in_flight,
    }),
    { decisions: 0, in_flight: 0 },
  );
}

/** Each decision has a receipt of its own, so that everybody sees which ones are no longer held. */
function entryOfOne(order: ErasureOrder, below: number, { decision_id, position }: PlacedDecision): Entry {
  return entryOf({ ...order, decision_id }, { below, decisions: 1, positions: [position], key_id: null });
}

type Taken = Pick<Erasure, 'below' | 'decisions'> & Pick<OpenErasure, 'positions' | 'key_id'>;

/** The receipt of a forgetting, and with it what is to be done: the one step that decides that it happens. */
function entryOf(
  { at, isForced = false, ...order }: ErasureOrder,
  { below, decisions, positions, key_id }: Taken,
  more: readonly Change[] = [],
): Entry {
  const erasure: Erasure = { ...order, below, decisions };
  const { receipt_id: _, ...draft } = logReceipt({
    receipt_id: v7(),
    at,
    statement: { kind: 'erasure', erasure },
  });
  const progress = { phase: 'decisions', after: -1, ...(isForced && { isForced }) } as const;
  const open: OpenErasure = { id: v7(), at, erasure, positions, key_id, ...progress };
  return { evidence: { kind: 'plain', draft }, changes: [erasureChange(open), ...more] };
}
