import { createSealer } from './sealed-text.ts';

/** What every task is bound to. */
interface BoundTask {
  readonly tenant_id: string;
  readonly capability_id: string;
  /** Until when somebody may ask for it. */
  readonly expires_at: string;
}

/** A call that a steward must see first. */
export interface HeldTask extends BoundTask {
  readonly kind: 'held';
  readonly approval_id: string;
}

/** A task of the server behind the gateway. */
export interface ServerTask extends BoundTask {
  readonly kind: 'server';
  readonly alias: string;
  /** That of the call that it came of. */
  readonly correlation_id: string;
  /** Its id at the server. */
  readonly task_id: string;
}

/** What the id of a task says, to this gateway alone. */
export type SealedTask = HeldTask | ServerTask;

/** What came of reading the id of a task. */
type TaskReading =
  | { readonly ok: true; readonly task: SealedTask }
  | { readonly ok: false; readonly fault: 'unknown' | 'expired' };

/**
 * Seals and opens the ids of tasks. An id says itself what it is the id of, so that tasks outlive a restart of the
 * gateway; it is opaque to a client, and useless for another tenant.
 */
export interface TaskIds {
  seal(task: SealedTask): string;
  /** Opens what a client sent; the text is an attacker's. Never throws. */
  open(text: string, tenant_id: string): TaskReading;
}

/** @param key as that of request states, from which the key of these ids is derived as another one */
export function createTaskIds({
  key,
  now = Date.now,
}: {
  readonly key: Uint8Array;
  readonly now?: () => number;
}): TaskIds {
  const sealer = createSealer(key, 'task id');
  return {
    seal: (task) => sealer.seal(task),
    open(text, tenant_id) {
      const task = sealer.open(text) as SealedTask | null;
      // Another tenant's task is told apart from one that never was by nobody.
      if (task === null || task.tenant_id !== tenant_id) return { ok: false, fault: 'unknown' };
      return Date.parse(task.expires_at) > now() ? { ok: true, task } : { ok: false, fault: 'expired' };
    },
  };
}
