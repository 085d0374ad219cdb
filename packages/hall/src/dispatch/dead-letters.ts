import type { RouteDecision } from '@wcp/spec';
import { ProblemError } from '../base/problem.ts';
import type { ReceivedRequest } from '../base/received-request.ts';
import type { Principal } from '../identity/principal.ts';
import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** A dispatch that its worker did not carry out, kept until an operator deals with it. */
export interface DeadLetter {
  readonly decision_id: string;
  readonly state: 'dead' | 'replayed';
  readonly at: string;
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly worker_id: string;
  /** Why: a code `DELIVERY_…`. */
  readonly code: string;
  /** The JSON of the input as received. */
  readonly input: string;
  /** The ids of all who had a part in asking. */
  readonly requested_by: readonly string[];
  /** Who replayed it, and the decision that was made then. */
  readonly replay: { readonly by: string; readonly at: string; readonly decision_id: string } | null;
}

/** Keeps a dispatch that failed. */
export function deadLetterChange(
  decision: RouteDecision,
  { text, requested_by }: Pick<ReceivedRequest, 'text' | 'requested_by'>,
  code: string,
): Change {
  const { decision_id, timestamp, tenant_id, capability_id, worker_id } = decision;
  return changeOf({
    decision_id: decision_id as string,
    state: 'dead',
    at: timestamp as string,
    tenant_id: tenant_id as string,
    capability_id: capability_id as string,
    worker_id: worker_id as string,
    code,
    input: text ?? '{}',
    requested_by,
    replay: null,
  });
}

/** Marks a dead letter as replayed. */
export function replayedChange(letter: DeadLetter, by: Principal, at: string, decisionId: string): Change {
  return changeOf({ ...letter, state: 'replayed', replay: { by: by.id, at, decision_id: decisionId } });
}

/** Removes a dead letter; the receipts of its dispatch stay. */
export function purgeChange({ decision_id }: DeadLetter): Change {
  return { remove: 'dead_letters', key: decision_id };
}

/** @throws {ProblemError} `NOT_FOUND` */
export async function findDeadLetter(store: Store, decisionId: string): Promise<DeadLetter> {
  const row = await store.get('dead_letters', decisionId);
  if (row === null) throw new ProblemError('NOT_FOUND', 'There is no such dead letter.');
  return readDeadLetter(row);
}

/** The dead letter of a row. */
export function readDeadLetter({ document }: StatefulRow): DeadLetter {
  return JSON.parse(document) as DeadLetter;
}

function changeOf(letter: DeadLetter): Change {
  const { decision_id, state, at, tenant_id } = letter;
  const document = JSON.stringify(letter);
  return { put: 'dead_letters', row: { id: decision_id, state, at, tenant_id, document } };
}
