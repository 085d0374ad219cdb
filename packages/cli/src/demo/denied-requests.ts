import type { RouteInput } from '@wcp/spec';

/** A request that must not run, and what the Hall must say. */
export interface OperationError {
  readonly name: string;
  /** What is asked, in plain words. */
  readonly story: string;
  /** How the request differs from the one that was dispatched. */
  readonly change: Partial<RouteInput>;
  /** The worker's code is changed on the disk before this request. */
  readonly tampers?: true;
  readonly expected: string;
}

/** The code by which a hold is named here: it is no denial and has none of its own. */
export const HOLD = 'STEWARD_HOLD';

/** Five requests that must not run (in this order: the worker stays changed after the fourth). */
export const REFUSALS: readonly OperationError[] = [
  {
    name: 'unknown-capability',
    story: 'The agent asks for cap.doc.shred, a capability that no rule speaks of.',
    change: { capability_id: 'cap.doc.shred' },
    expected: 'DENY_NO_MATCHING_RULE',
  },
  {
    name: 'dev-only-worker',
    story:
      "In production it asks for PDF text; the only such worker is a prototype on Ada's laptop, for dev alone.",
    change: { capability_id: 'cap.doc.pdf.extract' },
    expected: 'DENY_NO_AVAILABLE_WORKER',
  },
  {
    name: 'restricted-data',
    story: 'It asks for the same summary, but the document is RESTRICTED.',
    change: { data_label: 'RESTRICTED' },
    expected: HOLD,
  },
  {
    name: 'changed-worker',
    story:
      "One byte was appended to the worker's code after it was attested; then the first request comes again.",
    change: {},
    tampers: true,
    expected: 'DENY_WORKER_TAMPERED',
  },
  {
    name: 'unknown-tenant',
    story: 'An agent that is not on the list of signatories, agent.stranger, asks for the summary.',
    change: { tenant_id: 'agent.stranger' },
    expected: 'DENY_UNKNOWN_TENANT',
  },
];
