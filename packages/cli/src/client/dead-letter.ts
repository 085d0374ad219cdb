import type { Receipt, RouteDecision } from '@wcp/spec';

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
