import type { Receipt, RouteDecision, Sha256 } from '@wcp/spec';
import { digestText, type Enforcement, type ReceiptOutcome } from '@wcp/spec/document';
import { readCanonical, sha256 } from '@wcp/spec/json';
import type { ReceiptDraft } from './receipt.ts';

/** What the receipt of a decision is made from. */
export interface DecisionEvidence {
  /** A UUIDv7 that the caller supplies. */
  readonly receipt_id: string;
  readonly decision: RouteDecision;
  /** What it was made from, as it is recorded; without it, the receipt does not name its facts. */
  readonly facts?: object;
  /** The input as received, whatever it is. */
  readonly input: unknown;
}

/** What the receipt of an outcome is made from. */
export interface OutcomeEvidence {
  /** A UUIDv7 that the caller supplies. */
  readonly receipt_id: string;
  /** The receipt of the decision that the outcome belongs to, or the draft of it. */
  readonly decided: ReceiptDraft | Receipt;
  readonly outcome: ReceiptOutcome;
  /** What kept the worker within its envelope; absent where nothing is known about it. */
  readonly enforcement?: Enforcement;
}

const POLICY_DECISIONS = { DISPATCH: 'ALLOW', DENY: 'DENY', STEWARD_HOLD: 'REQUIRE_HUMAN' } as const;

/** The stream of decisions whose input has no readable tenant; no tenant can have this name. */
const NO_TENANT = '(none)';

/**
 * The draft of a decision's receipt (section 8). Where the input has no canonical JSON, the decision
 * digest is null.
 *
 * @example
 * ```ts
 * import type { RouteDecision } from '@wcp/spec';
 * import { appendReceipt, type ReceiptChain } from '@wcp/evidence';
 * import { decisionReceipt } from '@wcp/evidence/receipt';
 *
 * declare const chain: ReceiptChain;
 * declare const decision: RouteDecision;
 * declare const input: unknown;
 * const receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057';
 * console.log(appendReceipt(chain, decisionReceipt({ receipt_id, decision, input })).receipt);
 * ```
 */
export function decisionReceipt({ receipt_id, decision, input, facts }: DecisionEvidence): ReceiptDraft {
  const { text, findings } = readCanonical(input);
  const decision_digest = findings.length === 0 ? sha256(digestText(text, decision)) : null;
  const facts_digest = facts === undefined ? {} : { facts_digest: digestOf(facts) };
  return { receipt_id, ...draftDecision(decision), decision_digest, ...facts_digest };
}

/** Null where facts have no canonical JSON. */
function digestOf(facts: object): Sha256 | null {
  const { text, findings } = readCanonical(facts);
  return findings.length === 0 ? sha256(text) : null;
}

/**
 * What the receipt of a decision says about the decision itself, without the receipt's id and the decision
 * digest: for a caller that adds them later (section 8).
 *
 * @example
 * ```ts
 * import type { RouteDecision } from '@wcp/spec';
 * import { draftDecision } from '@wcp/evidence/receipt';
 *
 * declare const decision: RouteDecision;
 * console.log(draftDecision(decision).policy_decision); // 'ALLOW', 'DENY' or 'REQUIRE_HUMAN'
 * ```
 */
export function draftDecision(decision: RouteDecision): Omit<ReceiptDraft, 'receipt_id' | 'decision_digest'> {
  return {
    kind: 'decision',
    stream: decision.tenant_id ?? NO_TENANT,
    correlation_id: decision.correlation_id,
    decision_id: decision.decision_id,
    dispatched_at: decision.timestamp,
    worker_id: decision.worker_id,
    worker_species_id: decision.selected_worker_species_id,
    capability_id: decision.capability_id,
    policy_decision: POLICY_DECISIONS[decision.outcome],
    deny_code: decision.deny_code,
    controls_verified: [...decision.controls_applied],
    artifact_hash: decision.artifact_hash,
    world_digest: decision.world_digest,
    outcome: null,
  };
}

/**
 * The draft of an outcome's receipt (section 8): what the decision's receipt says, and how the work ended.
 * It takes the decision's receipt, so that a Hall that restarts can write `unknown` from its log alone.
 *
 * @example
 * ```ts
 * import type { Receipt } from '@wcp/spec';
 * import { type OutcomeEvidence, outcomeReceipt } from '@wcp/evidence/receipt';
 *
 * declare const decided: Receipt;
 * declare const outcome: OutcomeEvidence['outcome'];
 * const receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057';
 * console.log(outcomeReceipt({ receipt_id, decided, outcome }).kind); // 'outcome'
 * ```
 */
export function outcomeReceipt(evidence: OutcomeEvidence): ReceiptDraft {
  const { receipt_id, decided, outcome, enforcement } = evidence;
  return {
    receipt_id,
    kind: 'outcome',
    stream: decided.stream,
    correlation_id: decided.correlation_id,
    decision_id: decided.decision_id,
    dispatched_at: decided.dispatched_at,
    worker_id: decided.worker_id,
    worker_species_id: decided.worker_species_id,
    capability_id: decided.capability_id,
    policy_decision: decided.policy_decision,
    deny_code: decided.deny_code,
    controls_verified: [...decided.controls_verified],
    artifact_hash: decided.artifact_hash,
    decision_digest: decided.decision_digest,
    world_digest: decided.world_digest,
    outcome: { ...outcome },
    ...(enforcement !== undefined && { enforcement }),
  };
}
