import type { Receipt, RegistryRecord, RouteDecision, WorkerResult } from '@wcp/spec';

/** A hold, as a Hall shows it. */
export interface Approval {
  readonly approval_id: string;
  readonly state: string;
  readonly mode: 'route' | 'dispatch';
  readonly level: string;
  readonly tenant_id: string;
  readonly correlation_id: string;
  readonly capability_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly input: unknown;
  readonly decision: RouteDecision;
  readonly history: readonly {
    readonly action: string;
    readonly by: string;
    readonly at: string;
    readonly reason: string | null;
  }[];
  readonly result: unknown;
}

/** What became of a resolution. */
export interface Resolved {
  readonly approval: Approval;
  readonly decision: RouteDecision | null;
  readonly receipt: Receipt;
  readonly outcome_receipt: Receipt | null;
}

/** What became of a dispatch. */
export interface DispatchAnswer {
  readonly decision: RouteDecision;
  readonly receipt: Receipt;
  readonly outcome_receipt: Receipt | null;
  readonly result: WorkerResult | null;
  readonly delivery_code: string | null;
}

/** An enrolled worker, as a Hall shows it. */
export interface EnrolledWorker {
  readonly worker_id: string;
  readonly state: string;
  readonly version: number;
  readonly enrolled_at: string;
  readonly enrolled_by: string;
  readonly is_deliverable: boolean;
  readonly flag: { readonly code: string; readonly at: string } | null;
  readonly record: RegistryRecord;
}

/** An API key without its secret. */
export interface ApiKey {
  readonly key_id: string;
  readonly label: string;
  readonly roles: readonly string[];
  readonly tenant_id: string | null;
  readonly authority: string | null;
  readonly state: string;
  readonly created_at: string;
  readonly expires_at: string | null;
}

/** The log of a Hall. */
export interface LogHead {
  readonly origin: string;
  readonly signing_key_id: string;
  readonly public_key: string;
  readonly size: number;
  readonly root: string;
}

/** A receipt at its position in the log. */
export interface PlacedReceipt {
  readonly position: number;
  readonly receipt: Receipt;
}

/** A decision with everything that it was made from. */
export interface RecordedDecision {
  readonly position: number;
  readonly input: unknown;
  readonly facts: unknown;
  readonly decision: RouteDecision;
}

/** A dispatch that its worker did not carry out, as a Hall shows it. */
export interface DeadLetter {
  readonly decision_id: string;
  readonly state: 'dead' | 'replayed';
  readonly at: string;
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly worker_id: string;
  readonly code: string;
  readonly input: unknown;
  readonly replay: { readonly by: string; readonly at: string; readonly decision_id: string } | null;
}

/** What became of a dead letter that was tried again. */
export interface ReplayedLetter {
  readonly decision: RouteDecision;
  readonly receipt: Receipt;
  readonly outcome_receipt: Receipt | null;
}
