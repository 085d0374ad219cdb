import type { Erasure } from '@wcp/spec/document';
import type { Change, Key, StatefulRow, TableName } from '../store/store.ts';
import { keyOf } from '../store/tables.ts';
import { eraseDecision, isInFlight } from './erase-decision.ts';
import { isWithin } from './erasure.ts';
import type { PayloadStore } from './payload-store.ts';

/** What is done one after another: first the decisions, then each table, then nothing may be left in the files. */
const PHASES = [
  'decisions',
  'events',
  'approvals',
  'results',
  'dead_letters',
  'idempotency',
  'credentials',
  'outbox',
  'wipe',
] as const;
type Phase = (typeof PHASES)[number];

/** A forgetting that is not finished, and how far it has come. */
export interface OpenErasure {
  readonly id: string;
  readonly at: string;
  readonly erasure: Erasure;
  /** The decisions that are forgotten; null for all in the scope. */
  readonly positions: readonly number[] | null;
  /** The data key that is destroyed; null where there is none. */
  readonly key_id: string | null;
  /** Whether what waits for a human or an outcome is forgotten as well (default false). */
  readonly isForced?: boolean;
  readonly phase: Phase;
  /** The last row of the phase that was looked at; null before the first. */
  readonly after: Key | null;
}

/** Rows that are looked at in one step. */
const PAGE = 100;

/** The row of a forgetting that is not finished. */
export function erasureChange({ id, at, ...open }: OpenErasure): Change {
  return { put: 'erasures', row: { id, state: 'open', at, document: JSON.stringify(open) } };
}

/** The forgetting of a row. */
export function readErasure({ id, at, document }: StatefulRow): OpenErasure {
  return { id, at, ...(JSON.parse(document) as Omit<OpenErasure, 'id' | 'at'>) };
}

/** Carries a forgetting out in steps, each of which can be taken again after a crash. */
export class ErasureWork {
  readonly #store: PayloadStore;

  constructor(store: PayloadStore) {
    this.#store = store;
  }

  /** The changes of the next step; that it was taken is one of them. */
  async next(open: OpenErasure): Promise<readonly Change[]> {
    if (open.phase === 'wipe') {
      await this.#store.wipe();
      return [{ remove: 'erasures', key: open.id }];
    }
    if (open.phase === 'decisions') return this.#decisions(open);
    if (open.phase === 'outbox') return this.#table(open, 'outbox', (row) => this.#isOutdated(row));
    // What no decision leads to: the rows of a tenant whose key is gone.
    if (open.key_id === null) return [this.#advanced(open)];
    return this.#table(open, open.phase, async () => false);
  }

  async #decisions(open: OpenErasure): Promise<readonly Change[]> {
    const { erasure, positions, after } = open;
    const { sealed } = this.#store;
    const rest = positions?.filter((position) => position > Number(after)).slice(0, PAGE);
    const rows =
      rest === undefined
        ? await sealed.list('decisions', { after: Number(after), limit: PAGE })
        : (await Promise.all(rest.map((position) => sealed.get('decisions', position)))).filter(
            (row) => row !== null,
          );
    const changes: Change[] = [];
    for (const row of rows) {
      if (row.position >= erasure.below) return [...changes, this.#advanced(open)];
      if (positions === null && !isWithin(erasure, row)) continue;
      if (hasPayload(row) && (await this.#mayErase(open, row.position))) {
        changes.push(...(await eraseDecision(this.#store, row)));
      }
    }
    const last = rows.at(-1);
    return [
      ...changes,
      last === undefined ? this.#advanced(open) : erasureChange({ ...open, after: last.position }),
    ];
  }

  /** A payload whose key was destroyed is of no use to anybody; another may still be needed. */
  async #mayErase({ key_id, isForced = false }: OpenErasure, position: number): Promise<boolean> {
    const row = await this.#store.sealed.get('receipts', position);
    return isForced || key_id !== null || !(await isInFlight(this.#store, row?.decision_id ?? null));
  }

  /** Removes the rows of a table that cannot be read any more, and others that are of no use. */
  async #table(
    open: OpenErasure,
    table: Exclude<Phase, 'decisions' | 'wipe'>,
    isOutdated: (row: object) => Promise<boolean>,
  ): Promise<readonly Change[]> {
    const { after } = open;
    const rows = await this.#store.sealed.list(table, { limit: PAGE, ...(after !== null && { after }) });
    const changes: Change[] = [];
    for (const row of rows) {
      const isLost = hasPayload(row) && !this.#store.isHeld(row);
      if (isLost || (await isOutdated(row))) changes.push(removed(table, row));
    }
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < PAGE;
    return [
      ...changes,
      isEnd ? this.#advanced(open) : erasureChange({ ...open, after: keyOfRow(table, last) }),
    ];
  }

  /** A notice about an approval that is no longer there. */
  async #isOutdated(row: object): Promise<boolean> {
    const { decision_id } = row as { readonly decision_id: string };
    return (await this.#store.sealed.get('approvals', decision_id)) === null;
  }

  #advanced(open: OpenErasure): Change {
    const phase = PHASES[PHASES.indexOf(open.phase) + 1] as Phase;
    return erasureChange({ ...open, phase, after: null });
  }
}

/** An event keeps its number: the feed counts on. */
function removed(table: TableName, row: object): Change {
  if (table !== 'events') return { remove: table, key: keyOfRow(table, row) } as Change;
  const { id, tenant_id } = row as { readonly id: number; readonly tenant_id: string | null };
  return { put: 'events', row: { id, tenant_id, position: null, events: null } };
}

function hasPayload(row: object): boolean {
  return (row as { readonly payload?: unknown }).payload != null;
}

function keyOfRow(table: TableName, row: object): Key {
  return (row as Readonly<Record<string, Key>>)[keyOf(table)] as Key;
}
