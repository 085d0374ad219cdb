import type { Erasure } from '@wcp/spec/document';

/** Which payloads are to be forgotten: members that are null leave everything in. */
export type ErasureScope = Pick<Erasure, 'scope' | 'tenant_id' | 'data_label' | 'before' | 'decision_id'>;

/** What is to be forgotten, and what its receipt says of that. */
export interface ErasureOrder extends ErasureScope, Pick<Erasure, 'reason' | 'note' | 'by'> {
  /** The time of the receipt. */
  readonly at: string;
  /** Whether decisions are forgotten as well that wait for a human or for an outcome (default false): after a restore, what they wait for is gone. */
  readonly isForced?: boolean;
}

/** What a forgetting takes. */
export interface ErasurePlan {
  /** Decisions whose payload is held. */
  readonly decisions: number;
  /** Of the decisions, those that wait for a human or for an outcome: they are not forgotten. */
  readonly in_flight: number;
}

/** A forgetting that is durable. */
export interface Forgotten extends ErasurePlan {
  /** The canonical JSON of the receipt; null where nothing was to be forgotten, or something is in flight that must not be. */
  readonly receipt: string | null;
}

/** The row of a decision as the store holds it, without its payload. */
export interface StoredDecision {
  readonly position: number;
  readonly tenant_id: string | null;
  readonly data_label: string | null;
  readonly at: string;
}

/** The stream of decisions in which no tenant could be read, by which they are named where a tenant is. */
const NO_TENANT = '(none)';

/** The tenant of a scope as rows have it. */
export function tenantOf({ tenant_id }: Pick<ErasureScope, 'tenant_id'>): string | null {
  return tenant_id === NO_TENANT ? null : tenant_id;
}

/** Whether a decision is in a scope that does not name one decision. */
export function isWithin(
  scope: Omit<ErasureScope, 'scope' | 'decision_id'>,
  decision: StoredDecision,
): boolean {
  const { tenant_id, data_label, before } = scope;
  return (
    (tenant_id === null || tenantOf(scope) === decision.tenant_id) &&
    (data_label === null || data_label === decision.data_label) &&
    (before === null || decision.at < before)
  );
}
