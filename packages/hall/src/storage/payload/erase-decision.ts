import { decisionReceiptOf, rowThere } from '../seal/row-there.ts';
import type { Change, DecisionRow } from '../store/store.ts';
import type { StoredDecision } from './erasure.ts';
import type { PayloadStore } from './payload-store.ts';

/** Tables with at most one row about a decision, which goes with its payload. */
const ABOUT_A_DECISION = ['approvals', 'results', 'dead_letters'] as const;

/** What removes the payload of a decision; its receipts, and that it was made, stay. */
export async function eraseDecision(
  { sealed }: Pick<PayloadStore, 'sealed'>,
  { position }: Pick<StoredDecision, 'position'>,
): Promise<Change[]> {
  const row = await rowThere(sealed, 'decisions', position);
  const { decision_id } = await rowThere(sealed, 'receipts', position);
  const erased: Change = { put: 'decisions', row: withoutPayload(row) };
  if (decision_id === null) return [erased];
  const about = await Promise.all(
    ABOUT_A_DECISION.map(async (table): Promise<Change[]> => {
      const found = await sealed.get(table, decision_id);
      return found === null ? [] : [{ remove: table, key: decision_id }];
    }),
  );
  return [erased, ...about.flat(), ...(await erasedEvents(sealed, decision_id))];
}

function withoutPayload(row: DecisionRow): DecisionRow {
  const { position, tenant_id, data_label, at, observation, events } = row;
  const kept = { position, tenant_id, data_label, at, observation, events };
  return { ...kept, input: null, facts: null, decision: null };
}

/** The events of its outcome and of what humans did; those of the decision itself stand in it. */
async function erasedEvents(sealed: PayloadStore['sealed'], decision_id: string): Promise<Change[]> {
  const receipts = await sealed.list('receipts', { where: { decision_id } });
  const later = receipts.filter(({ kind }) => kind !== 'decision');
  const found = await Promise.all(
    later.map(({ position }) => sealed.list('events', { where: { position } })),
  );
  return found
    .flat()
    .map(({ id, tenant_id }) => ({ put: 'events', row: { id, tenant_id, position: null, events: null } }));
}

/** Whether a decision waits for a human or for its outcome: its payload is still needed. */
export async function isInFlight(
  { sealed }: Pick<PayloadStore, 'sealed'>,
  decision_id: string | null,
): Promise<boolean> {
  if (decision_id === null) return false;
  if ((await sealed.get('dispatches', decision_id)) !== null) return true;
  return (await sealed.get('approvals', decision_id))?.state === 'pending';
}

/** A decision and its place in the log. */
export interface PlacedDecision {
  readonly decision_id: string;
  readonly position: number;
}

/**
 * The decisions about one request, the one that is named first: that which a human approved, and that which was made
 * then, hold the same payload. None where there is no such decision.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where the receipt of one of them is missing
 */
export async function decisionsOfRequest(
  store: PayloadStore,
  decision_id: string,
): Promise<PlacedDecision[]> {
  const made = await store.sealed.list('receipts', { where: { decision_id } });
  const receipt = made.find(({ kind }) => kind === 'decision');
  if (receipt === undefined) return [];
  const { position } = receipt;
  const related = await relatedDecisions(store, decision_id, position);
  const others = related.map(async (id) => ({
    decision_id: id,
    position: (await decisionReceiptOf(store.sealed, id)).position,
  }));
  return [{ decision_id, position }, ...(await Promise.all(others))];
}

async function relatedDecisions(
  store: PayloadStore,
  decision_id: string,
  position: number,
): Promise<string[]> {
  const approval = await store.get('approvals', decision_id);
  const { facts } = await rowThere(store, 'decisions', position);
  const resolved: unknown = JSON.parse(approval?.document ?? '{}').resolved_decision_id;
  const approved: unknown = Object(JSON.parse(facts ?? '{}').approval).id;
  return [resolved, approved].filter((id): id is string => typeof id === 'string' && id !== decision_id);
}
