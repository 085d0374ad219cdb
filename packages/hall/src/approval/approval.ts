import {
  canonicalJson,
  decisionDigest,
  type Facts,
  type RouteDecision,
  type SupervisorLevel,
  sha256,
} from '@wcp/spec';
import type { PasskeyProof } from '@wcp/spec/hall';
import type { HallDecision } from '../dispatch/decider.ts';
import type { DispatchMode } from '../dispatch/recorder.ts';
import type { Change, StatefulRow } from '../storage/store/store.ts';
import type { Demanded } from './demand/approval-demand.ts';

/** The state of a request that a human must see. `advised`: it went on, and a human was notified. */
type ApprovalState = 'pending' | 'approved' | 'denied' | 'expired' | 'stale' | 'advised';

/** What a steward did, the Hall when it expired, or whoever asked when they took it back. */
export interface Resolution {
  readonly action: 'approve' | 'deny' | 'escalate' | 'expire' | 'withdraw';
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
  /** With `escalate`: the supervisor level before. */
  readonly from_level?: SupervisorLevel;
  /** With `approve`, where several stewards must: how many have, this one included. */
  readonly quorum?: { readonly count: number; readonly needed: number };
  /** With `approve` at a supervisor level at which a human does the work, where several must: the result. */
  readonly result_hash?: string;
  /** Where the steward clicked: the account in a chat. */
  readonly via?: string;
  /** With `approve`, where a passkey must confirm it. */
  readonly confirmation?: PasskeyProof;
}

/** A request that waits for a human, or waited. */
export interface Approval {
  /** The id of the decision that held it. */
  readonly approval_id: string;
  readonly state: ApprovalState;
  /** Once approved, a `dispatch` is carried out, a `route` is only decided. */
  readonly mode: DispatchMode;
  /** How deep in a dispatch chain it was requested; 0 for a tenant's own request. */
  readonly depth: number;
  readonly level: SupervisorLevel;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly capability_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** The JSON of the input as received. */
  readonly input: string;
  /** The ids of all who had a part in asking; none of them resolves it. */
  readonly requested_by: readonly string[];
  readonly decision: HallDecision;
  /** What the approval is for: the decision, and the code of the worker that it was about. */
  readonly binding: string;
  /** What its approval needs since it was held; absent in what an earlier version held. */
  readonly demanded?: Demanded;
  readonly history: readonly Resolution[];
  /** The new decision that was made on approval; null before. */
  readonly resolved_decision_id: string | null;
}

/** What an approval is bound to: this decision about this input, and the worker's code as it was observed. */
export function bindingOf(input: unknown, decision: RouteDecision, facts: Pick<Facts, 'workers'>): string {
  const worker = decision.escalation_context?.worker_id ?? decision.worker_id;
  const code = worker == null ? null : (facts.workers?.[worker]?.current_hash ?? null);
  return sha256(canonicalJson({ code, decision_digest: decisionDigest(input, decision) }));
}

/** The approval of a decision that is on hold, or that a human is notified of. */
export function approvalOf(
  input: string,
  decision: HallDecision,
  facts: Pick<Facts, 'workers'>,
  {
    mode,
    depth,
    requested_by,
    demanded,
  }: Pick<Approval, 'mode' | 'depth' | 'requested_by'> & {
    readonly demanded: Demanded;
  },
): Approval {
  return {
    approval_id: decision.decision_id,
    state: decision.outcome === 'STEWARD_HOLD' ? 'pending' : 'advised',
    mode,
    depth,
    level: decision.supervisor_level ?? 'gatekeeper',
    tenant_id: decision.tenant_id as string,
    correlation_id: decision.correlation_id as string,
    capability_id: decision.capability_id as string,
    created_at: decision.timestamp,
    expires_at: decision.approval_expires_at ?? decision.timestamp,
    input,
    requested_by,
    decision,
    binding: bindingOf(JSON.parse(input), decision, facts),
    demanded,
    history: [],
    resolved_decision_id: null,
  };
}

/** Makes an approval's state durable. */
export function approvalChange(approval: Approval): Change {
  const { approval_id, state, created_at, tenant_id } = approval;
  return {
    put: 'approvals',
    row: { id: approval_id, state, at: created_at, tenant_id, document: JSON.stringify(approval) },
  };
}

/** The approval of a row. */
export function readApproval({ document }: StatefulRow): Approval {
  return JSON.parse(document) as Approval;
}

/** An approval after what ended it. */
export function endedBy(
  approval: Approval,
  resolution: Resolution,
  state: ApprovalState,
  resolved_decision_id: string | null,
): Approval {
  return { ...approval, state, history: [...approval.history, resolution], resolved_decision_id };
}

/** Whether whoever asked has taken it back; its state is `denied`. */
export function isWithdrawn({ history }: Pick<Approval, 'history'>): boolean {
  return history.at(-1)?.action === 'withdraw';
}
