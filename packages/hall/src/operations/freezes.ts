import type { Facts } from '@wcp/spec';
import type { Freeze, HallEvent } from '@wcp/spec/hall';
import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** What a freeze stops: a correlation is frozen for the one tenant that it belongs to (section 5, step 12). */
export type FreezeTarget = Pick<Freeze, 'scope' | 'value' | 'tenant_id'>;

/** What is frozen (section 5, step 3). */
export class Freezes {
  readonly #store: Store;
  readonly #freezes = new Map<string, Freeze>();
  /** Those in force that are not durable yet, and how often each is being made so. */
  readonly #unsaved = new Map<string, number>();
  /** Those of these that other Halls have changed meanwhile. */
  readonly #missed = new Set<string>();
  #version = 0;

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<Freezes> {
    const freezes = new Freezes(store);
    await freezes.follow(null);
    return freezes;
  }

  /** Another number whenever something more is frozen. */
  get version(): number {
    return this.#version;
  }

  /** Reads freezes again that other Halls have put in force or lifted, by the keys of their rows; null for all. */
  async follow(names: readonly string[] | null): Promise<void> {
    if (names === null) {
      const rows = await this.#store.list('freezes', { limit: 1_000_000 });
      const there = rows.map(readRow);
      return this.follow([...new Set([...this.#freezes.keys(), ...there.map(nameOf)])]);
    }
    for (const name of names) {
      const row = await this.#store.get('freezes', name);
      // What comes of one that is being made durable here is read once it is.
      if (this.#unsaved.has(name)) this.#missed.add(name);
      else if (row === null) this.#freezes.delete(name);
      else this.#hold(readRow(row));
    }
  }

  list(): readonly Freeze[] {
    return [...this.#freezes.values()];
  }

  get(target: FreezeTarget): Freeze | null {
    return this.#freezes.get(nameOf(target)) ?? null;
  }

  /**
   * The fact `frozen` of a decision, the widest scope first.
   *
   * @param isTakenOver whether it is made for the human whom the correlation was frozen for
   */
  of(tenantId: string, correlationId: string, isTakenOver: boolean): Facts['frozen'] {
    if (this.#freezes.size === 0) return null;
    const freeze =
      this.get({ scope: 'hall', value: null, tenant_id: null }) ??
      this.get({ scope: 'tenant', value: tenantId, tenant_id: null }) ??
      (isTakenOver ? null : this.get({ scope: 'correlation', value: correlationId, tenant_id: tenantId }));
    return freeze === null ? null : { scope: freeze.scope, reason: freeze.reason };
  }

  /**
   * Puts a freeze in force and returns the one that it replaces; its change makes it durable, and then {@link stored} or
   * {@link withdraw} is called.
   */
  apply(freeze: Freeze): Freeze | null {
    const before = this.get(freeze);
    const name = nameOf(freeze);
    this.#unsaved.set(name, (this.#unsaved.get(name) ?? 0) + 1);
    this.#hold(freeze);
    return before;
  }

  /** Called once a freeze is durable, or where it stays in force although it could not be stored. */
  async stored(freeze: Freeze): Promise<void> {
    const name = nameOf(freeze);
    const unsaved = (this.#unsaved.get(name) ?? 1) - 1;
    if (unsaved > 0) this.#unsaved.set(name, unsaved);
    else this.#unsaved.delete(name);
    if (unsaved > 0 || !this.#missed.delete(name)) return;
    await this.follow([name]);
  }

  /** Withdraws a freeze that did not become durable: the one that it replaced is in force again. */
  async withdraw(freeze: Freeze, before: Freeze | null): Promise<void> {
    if (this.get(freeze) === freeze) {
      this.lift(freeze);
      if (before !== null) this.#hold(before);
    }
    await this.stored(freeze);
  }

  #hold(freeze: Freeze): void {
    this.#freezes.set(nameOf(freeze), freeze);
    this.#version += 1;
  }

  lift(freeze: Freeze): void {
    this.#freezes.delete(nameOf(freeze));
  }
}

/** Makes a freeze durable. */
export function freezeChange(freeze: Freeze): Change {
  const id = nameOf(freeze);
  return {
    put: 'freezes',
    row: { id, state: freeze.scope, at: freeze.frozen_at, document: JSON.stringify(freeze) },
  };
}

/** The event of a freeze. */
export function frozenEvent({ scope, value, tenant_id, frozen_at: timestamp }: Freeze): HallEvent {
  return { event_id: 'org.wcp.hall.frozen', timestamp, scope, value, tenant_id };
}

/** Makes a release durable. */
export function releaseChange(freeze: Freeze): Change {
  return { remove: 'freezes', key: nameOf(freeze) };
}

/** Unambiguous whatever the texts are: an attacker's ids have not been checked yet. */
function nameOf({ scope, value, tenant_id }: FreezeTarget): string {
  return JSON.stringify([scope, value, tenant_id]);
}

function readRow({ document }: StatefulRow): Freeze {
  return JSON.parse(document) as Freeze;
}
