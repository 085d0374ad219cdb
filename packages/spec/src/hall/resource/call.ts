import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { LOOKUP_PROBLEMS, type Operation, text, textUpTo } from '../operation.ts';
import type { Role } from '../roles.ts';

const WORKERS: readonly Role[] = ['worker', 'worker-owner'];
const params = closed({ claim_id: textUpTo(64) });
const lease_ms = Type.Optional(
  Type.Integer({
    minimum: 1_000,
    maximum: 3_600_000,
    description:
      'Milliseconds after which the call is lost unless it was renewed or completed (default 30000).',
  }),
);
const waitUpTo = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 30_000, description }));
const lease_until = Type.String({ description: 'When the claim ends, RFC 3339 in UTC.' });

const ClaimRequestSchema = closed(
  {
    worker_ids: Type.Array(textUpTo(64), { minItems: 1, maxItems: 256, uniqueItems: true }),
    correlation_id: Type.Optional(textUpTo(128, { description: 'Only calls with this correlation id.' })),
    wait_ms: waitUpTo('Milliseconds to wait for a call (default 20000).'),
  },
  { title: 'ClaimRequest', description: 'The workers whose calls the caller carries out.' },
);
const ClaimedCallSchema = closed(
  { claim_id: text, worker_id: text, correlation_id: text },
  {
    title: 'ClaimedCall',
    description: 'A call that is kept for whoever claimed it for 3 seconds: start it.',
  },
);
const ClaimSchema = closed({ claimed: nullable(ClaimedCallSchema) });
const StartedCallSchema = closed(
  {
    lease_until,
    call: Type.Object(
      {},
      {
        additionalProperties: true,
        description: '`context`, `request` and `permit`, as every worker gets them.',
      },
    ),
  },
  { title: 'StartedCall', description: 'A call that nobody else gets.' },
);
const RenewedSchema = closed({
  lease_until,
  is_cancelled: Type.Boolean({
    description: 'Whether the call was called off: stop, and complete it with what was done.',
  }),
});
const CompletedSchema = closed({
  delivery_code: nullable(
    Type.String({ description: 'A code `DELIVERY_…` where the result was refused; null where it counts.' }),
  ),
});

/** Workers that fetch their calls (section 10). */
export const CALL_OPERATIONS = {
  claimCall: {
    ...ENDPOINTS.claimCall,
    summary: 'Fetch the next call of some workers',
    description:
      'For workers that the Hall cannot reach. Waits for a call; `claimed` is null where none came. A worker whose calls nobody asked for within the last 15 seconds gets none.',
    access: WORKERS,
    body: ClaimRequestSchema,
    answers: { 200: ClaimSchema },
    problems: LOOKUP_PROBLEMS,
  },
  startCall: {
    ...ENDPOINTS.startCall,
    summary: 'Start a claimed call: what it asks for, and its permit',
    description:
      'Once. A claim that is not started within 3 seconds goes to the next: its name is then not found, and its worker must not begin.',
    access: WORKERS,
    params,
    body: closed({ lease_ms }),
    answers: { 200: StartedCallSchema },
    problems: LOOKUP_PROBLEMS,
  },
  renewCall: {
    ...ENDPOINTS.renewCall,
    summary: 'Keep a started call, and hear whether it was called off',
    access: WORKERS,
    params,
    body: closed({ lease_ms, wait_ms: waitUpTo('Milliseconds to wait for a cancellation (default 0).') }),
    answers: { 200: RenewedSchema },
    problems: LOOKUP_PROBLEMS,
  },
  completeCall: {
    ...ENDPOINTS.completeCall,
    summary: 'Complete a started call with the result of its worker',
    access: WORKERS,
    params,
    body: closed({ result: Type.Unknown({ description: 'A WorkerResult (section 10).' }) }),
    answers: { 200: CompletedSchema },
    problems: LOOKUP_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A call that was claimed. */
export type ClaimedCall = Wire<typeof ClaimedCallSchema>;
/** A call that was started. */
export type StartedCall = Wire<typeof StartedCallSchema>;
