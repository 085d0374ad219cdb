import {
  ReceiptSchema,
  RegistryRecordSchema,
  RouteDecisionSchema,
  SUPERVISOR_LEVELS,
  WorkerResultSchema,
} from '@wcp/spec/document';
import { type TSchema, Type } from 'typebox';
import { ROLES } from '../identity/principal.ts';

/** A closed object. */
export const closed = <P extends Record<string, TSchema>>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });
/** A value or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** An object whose members are described elsewhere. */
export const free = (description: string) => Type.Object({}, { additionalProperties: true, description });

const text = Type.String();

/** A problem document (RFC 9457). */
export const ProblemSchema = Type.Object(
  {
    type: text,
    title: text,
    status: Type.Integer(),
    code: text,
    detail: text,
    findings: Type.Optional(Type.Array(Type.Object({ path: text, code: text, message: text }))),
  },
  { additionalProperties: true, title: 'Problem', description: 'What went wrong, with a stable `code`.' },
);

/** A page of a list. */
export const items = (item: TSchema) => closed({ items: Type.Array(item), next_cursor: nullable(text) });

/** What a dispatch gives back. */
export const DispatchAnswerSchema = closed(
  {
    decision: RouteDecisionSchema,
    receipt: ReceiptSchema,
    outcome_receipt: nullable(ReceiptSchema),
    result: nullable(WorkerResultSchema),
    delivery_code: nullable(text),
  },
  { title: 'DispatchAnswer', description: 'The decision, its evidence, and what the worker gave.' },
);

/** A worker as the registry shows it. */
export const WorkerSchema = closed(
  {
    worker_id: text,
    state: Type.Enum(['enrolled', 'flagged']),
    version: Type.Integer(),
    enrolled_at: text,
    enrolled_by: text,
    is_deliverable: Type.Boolean(),
    flag: nullable(closed({ code: text, at: text })),
    record: RegistryRecordSchema,
  },
  { title: 'Worker', description: 'An enrolled worker.' },
);

/** A level of supervision. */
export const levelSchema = Type.Enum([...SUPERVISOR_LEVELS]);
/** A role. */
export const roleSchema = Type.Enum([...ROLES]);

const resolution = closed({
  action: Type.Enum(['approve', 'deny', 'escalate', 'expire']),
  by: text,
  at: text,
  reason: nullable(text),
  from_level: Type.Optional(levelSchema),
});

/** A hold as it is shown. */
export const ApprovalSchema = closed(
  {
    approval_id: text,
    state: Type.Enum(['pending', 'approved', 'denied', 'expired', 'stale', 'advised']),
    mode: Type.Enum(['route', 'dispatch']),
    depth: Type.Integer(),
    level: levelSchema,
    tenant_id: text,
    correlation_id: text,
    capability_id: text,
    created_at: text,
    expires_at: text,
    input: free('The request as it was received.'),
    decision: RouteDecisionSchema,
    history: Type.Array(resolution),
    resolved_decision_id: nullable(text),
    result: Type.Unknown({ description: 'What came of it, once there is a result; else null.' }),
  },
  { title: 'Approval', description: 'A request that waits for a human, or did.' },
);

/** What the statuses of success mean where no schema says more. */
const SUCCESSES: Readonly<Record<number, string>> = {
  200: 'What was asked for.',
  201: 'What was made.',
  202: 'What waits for a human.',
};

/** What each status of a problem means. */
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is not of the form that is asked for.',
  401: 'Nobody was recognised.',
  403: 'Whoever asks may not do this.',
  404: 'There is no such thing, or none that whoever asks may see.',
  409: 'Not possible as things are.',
  410: 'Too late.',
  422: 'The Idempotency-Key came with another request before.',
  429: 'Too many requests.',
  503: 'Nothing can be kept or decided now.',
};

/** The answers of a route: what it gives, and the problems that it may meet. */
export function answers(
  success: Readonly<Record<number, TSchema | DescribedAnswer>>,
  problems: readonly number[] = [400, 401, 403, 429, 503],
): object {
  const described = problems.map((status) => [status, problemAnswer(PROBLEMS[status] as string)]);
  const given = Object.entries(success).map(([status, answer]) => [
    status,
    isDescribed(answer) ? answer : jsonAnswer(answer, SUCCESSES[Number(status)] as string),
  ]);
  return Object.fromEntries([...described, ...given]);
}

/** An answer with its types, as OpenAPI has it. */
interface DescribedAnswer {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>;
}

function isDescribed(answer: TSchema | DescribedAnswer): answer is DescribedAnswer {
  return 'content' in answer;
}

function jsonAnswer(schema: TSchema, otherwise: string): DescribedAnswer {
  const { description = otherwise } = schema as { description?: string };
  return { description, content: { 'application/json': { schema } } };
}

/** An answer that is a problem document. */
export function problemAnswer(description: string): DescribedAnswer {
  return { description, content: { 'application/problem+json': { schema: ProblemSchema } } };
}

/** An answer that is no JSON. */
export function textAnswer(type: string, description: string): DescribedAnswer {
  return { description, content: { [type]: { schema: Type.String() } } };
}
