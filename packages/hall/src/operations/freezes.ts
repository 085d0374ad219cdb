import type { Facts } from '@wcp/spec';
import type { Freeze, FreezeScope, HallEvent } from '@wcp/spec/hall';
import { textOrEmpty } from '../base/received-request.ts';
import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** What is frozen (section 5, step 3). */
export class Freezes {
  readonly #freezes = new Map<string, Freeze>();

  static async open(store: Store): Promise<Freezes> {
    const freezes = new Freezes();
    for (const row of await store.list('freezes', { limit: 1_000_000 })) freezes.apply(readRow(row));
    return freezes;
  }

  list(): readonly Freeze[] {
    return [...this.#freezes.values()];
  }

  get(scope: FreezeScope, value: string | null): Freeze | null {
    return this.#freezes.get(nameOf(scope, value)) ?? null;
  }

  /**
   * The fact `frozen` of a decision, the widest scope first.
   *
   * @param isTakenOver whether it is made for the human whom the correlation was frozen for
   */
  of(tenantId: unknown, correlationId: unknown, isTakenOver: boolean): Facts['frozen'] {
    if (this.#freezes.size === 0) return null;
    const freeze =
      this.get('hall', null) ??
      this.get('tenant', textOrEmpty(tenantId)) ??
      (isTakenOver ? null : this.get('correlation', textOrEmpty(correlationId)));
    return freeze === null ? null : { scope: freeze.scope, reason: freeze.reason };
  }

  /** Puts a freeze in force and returns the one that it replaces; its change makes it durable. */
  apply(freeze: Freeze): Freeze | null {
    const before = this.get(freeze.scope, freeze.value);
    this.#freezes.set(nameOf(freeze.scope, freeze.value), freeze);
    return before;
  }

  /** Withdraws a freeze that did not become durable: the one that it replaced is in force again. */
  withdraw(freeze: Freeze, before: Freeze | null): void {
    if (this.get(freeze.scope, freeze.value) !== freeze) return;
    this.lift(freeze);
    if (before !== null) this.apply(before);
  }

  lift({ scope, value }: Freeze): void {
    this.#freezes.delete(nameOf(scope, value));
  }
}

/** Makes a freeze durable. */
export function freezeChange(freeze: Freeze): Change {
  const id = nameOf(freeze.scope, freeze.value);
  return {
    put: 'freezes',
    row: { id, state: freeze.scope, at: freeze.frozen_at, document: JSON.stringify(freeze) },
  };
}

/** The event of a freeze. */
export function frozenEvent({ scope, value, frozen_at: timestamp }: Freeze): HallEvent {
  return { event_id: 'org.wcp.hall.frozen', timestamp, scope, value };
}

/** Makes a release durable. */
export function releaseChange({ scope, value }: Freeze): Change {
  return { remove: 'freezes', key: nameOf(scope, value) };
}

function nameOf(scope: FreezeScope, value: string | null): string {
  return value === null ? scope : `${scope}:${value}`;
}

function readRow({ document }: StatefulRow): Freeze {
  return JSON.parse(document) as Freeze;
}
