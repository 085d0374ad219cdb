import { Type } from 'typebox';
import { closed, hashWritten, nullable, supervisorLevel } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { containment, freeObject, receipt, routeDecision, type Wire } from '../documents.ts';
import {
  LOOKUP_PROBLEMS,
  type Operation,
  pageQuery,
  readablePageOf,
  text,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';
import { OVERSEERS, READERS } from '../roles.ts';
import { AssertionSchema, PasskeyProofSchema, RequestOptionsSchema } from './passkey.ts';

/** Where a held request has come to; `advised`: it went on, and a human was informed. */
export const APPROVAL_STATES = ['pending', 'approved', 'denied', 'expired', 'stale', 'advised'] as const;
/** The longest reason of a resolution, in characters. */
export const MAX_REASON_LENGTH = 2000;

const id = Type.String({ minLength: 1, maxLength: 64 });
const reason = Type.Optional(nullable(Type.String({ maxLength: MAX_REASON_LENGTH })));

const HistoryEntrySchema = closed({
  action: Type.Enum(['approve', 'deny', 'escalate', 'expire', 'withdraw']),
  by: text,
  at: text,
  reason: nullable(text),
  from_level: Type.Optional(supervisorLevel),
  quorum: Type.Optional(
    closed(
      { count: Type.Integer(), needed: Type.Integer() },
      { description: 'Where several stewards must approve: how many have, this one included.' },
    ),
  ),
  result_hash: Type.Optional(
    hashWritten({ description: 'The hash of the result that this steward submitted, of several that must.' }),
  ),
  via: Type.Optional(textUpTo(300, { description: 'The account in a chat in which the steward clicked.' })),
  confirmation: Type.Optional(PasskeyProofSchema),
});
const DemandedSchema = closed(
  {
    quorum: Type.Integer({ minimum: 1 }),
    stewards: nullable(Type.Array(text)),
    confirmation: nullable(Type.Enum(['webauthn'])),
  },
  {
    description:
      'How many different stewards must approve, which ones count (null: any), and how each confirms it.',
  },
);
const ApprovalSchema = closed(
  {
    approval_id: text,
    state: Type.Enum([...APPROVAL_STATES]),
    mode: Type.Enum(['route', 'dispatch']),
    depth: Type.Integer(),
    level: supervisorLevel,
    tenant_id: text,
    correlation_id: text,
    capability_id: text,
    created_at: text,
    expires_at: text,
    input: freeObject('The request as it was received, with the hash of its tenant_credential in its place.'),
    requested_by: Type.Array(text, {
      description: 'The ids of the keys and credentials that asked; none of them may resolve it.',
    }),
    decision: routeDecision,
    containment: nullable(containment),
    demanded: DemandedSchema,
    history: Type.Array(HistoryEntrySchema),
    resolved_decision_id: nullable(text),
    result: Type.Unknown({ description: 'The result, once there is one; else null.' }),
  },
  { title: 'Approval', description: 'A request that waits, or waited, for a human.' },
);
const ResolvedApprovalSchema = closed({
  approval: ApprovalSchema,
  decision: nullable(routeDecision),
  receipt,
  outcome_receipt: nullable(receipt),
});
const problems = [400, 401, 403, 404, 409, 410, 429, 503];

/** Requests that wait for a human, and what the human does (sections 5 and 9). */
export const APPROVAL_OPERATIONS = {
  listPendingApprovals: {
    ...ENDPOINTS.listPendingApprovals,
    summary: 'The pending approvals, oldest first',
    access: OVERSEERS,
    query: closed(pageQuery),
    answers: { 200: readablePageOf(ApprovalSchema) },
    problems: USUAL_PROBLEMS,
  },
  showApproval: {
    ...ENDPOINTS.showApproval,
    summary: 'An approval and its outcome; tenants see their own',
    access: READERS,
    params: closed({ approval_id: id }),
    answers: { 200: ApprovalSchema },
    problems: LOOKUP_PROBLEMS,
  },
  withdrawApproval: {
    ...ENDPOINTS.withdrawApproval,
    summary: 'Take back a request that waits for a human',
    description:
      'For whoever asked for it, and nobody else: it counts as denied, and what a steward decides later is refused. 409 where it is resolved already: what was approved by then is carried out.',
    access: ['tenant', 'steward', 'admin'],
    params: closed({ approval_id: id }),
    answers: { 200: ResolvedApprovalSchema },
    problems,
  },
  resolveApproval: {
    ...ENDPOINTS.resolveApproval,
    summary: 'Approve, deny or escalate a held request',
    description:
      'An approved request is decided again first: if the rules, the configuration, the worker or its code have changed, it is denied. At the levels executor and incident_commander an approval carries the result of what the human did. Where several stewards must approve, all but the last leave it pending. Where a passkey must confirm an approval, it carries the assertion. Only an escalation carries a level; a member that would have no effect is refused.',
    access: ['steward'],
    body: closed({
      approval_id: id,
      resolution: Type.Enum(['approve', 'deny', 'escalate']),
      reason,
      result: Type.Optional(Type.Unknown()),
      level: Type.Optional(supervisorLevel),
      confirmation: Type.Optional(AssertionSchema),
    }),
    answers: { 200: ResolvedApprovalSchema },
    problems,
  },
  confirmApproval: {
    ...ENDPOINTS.confirmApproval,
    summary: 'Begin to confirm an approval with a passkey',
    description:
      "The options for the browser. Their challenge is for this approval, this result and this steward, once, for two minutes; the assertion goes into the resolution's `confirmation`.",
    access: ['steward'],
    params: closed({ approval_id: id }),
    body: closed({ result: Type.Optional(Type.Unknown()) }),
    answers: { 200: RequestOptionsSchema },
    problems,
  },
  escalateApproval: {
    ...ENDPOINTS.escalateApproval,
    summary: 'Raise a held request to a higher supervisor level',
    access: ['steward'],
    body: closed({ approval_id: id, level: Type.Optional(supervisorLevel), reason }),
    answers: { 200: ResolvedApprovalSchema },
    problems,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A request that waits, or waited, for a human, as the Hall shows it. */
export type Approval = Wire<typeof ApprovalSchema>;
/** The outcome of a resolution. */
export type ResolvedApproval = Wire<typeof ResolvedApprovalSchema>;
