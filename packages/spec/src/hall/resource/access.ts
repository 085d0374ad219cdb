import { type TProperties, Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { type Operation, text } from '../operation.ts';

const open = <P extends TProperties>(members: P, options: object = {}) =>
  Type.Object(members, { additionalProperties: true, ...options });
const name = Type.String({ minLength: 1 });
const properties = Type.Optional(open({}));
const context = Type.Optional(
  open(
    {},
    {
      description:
        'env, data_label, tenant_risk, qos_class, correlation_id and the like go into the RouteInput; the rest is given to the policy gate.',
    },
  ),
);

/** What an evaluation asks (AuthZEN 1.0, section 6): members that are not known are ignored. */
const AccessEvaluationSchema = open(
  {
    subject: open({ type: name, id: name, properties }),
    action: open({ name, properties }),
    resource: open({ type: name, id: name, properties }),
    context,
  },
  { title: 'AccessEvaluation', description: 'May the subject do this to the resource? (AuthZEN 1.0)' },
);

/** Any members: what a batch leaves out of an evaluation stands above it. */
const entity = Type.Optional(open({}));
const AccessEvaluationsSchema = open(
  {
    subject: entity,
    action: entity,
    resource: entity,
    context,
    evaluations: Type.Optional(
      Type.Array(open({ subject: entity, action: entity, resource: entity, context }), { maxItems: 256 }),
    ),
    options: Type.Optional(
      open({
        evaluations_semantic: Type.Optional(
          Type.Enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']),
        ),
      }),
    ),
  },
  {
    title: 'AccessEvaluations',
    description: 'Several evaluations; what stands beside them holds for each that says nothing else.',
  },
);

/** Why, in English. */
const reason = Type.Optional(closed({ en: text }));
const AccessDecisionSchema = closed(
  {
    decision: Type.Boolean({ description: 'True only where the Hall would dispatch at once.' }),
    context: closed({
      id: Type.Optional(Type.String({ description: 'The id of the decision, which is recorded.' })),
      outcome: Type.Optional(Type.Enum(['DISPATCH', 'STEWARD_HOLD', 'DENY'])),
      deny_code: Type.Optional(nullable(text)),
      policy_version: Type.Optional(nullable(text)),
      correlation_id: Type.Optional(nullable(text)),
      reason_admin: reason,
      reason_user: reason,
      approval: Type.Optional(
        closed(
          { approval_id: text, supervisor_level: nullable(text) },
          { description: 'What waits for a human: `GET /wcp/approvals/:approval_id` says how it went.' },
        ),
      ),
      error: Type.Optional(
        closed(
          { status: Type.Integer(), code: text, message: text },
          { description: 'Why nothing was decided.' },
        ),
      ),
    }),
  },
  { title: 'AccessDecision', description: 'The answer to an evaluation.' },
);
const AccessDecisionsSchema = closed(
  { evaluations: Type.Array(AccessDecisionSchema) },
  { title: 'AccessDecisions', description: 'One answer for each evaluation, in their order.' },
);
const AccessConfigurationSchema = closed(
  {
    policy_decision_point: text,
    access_evaluation_endpoint: text,
    access_evaluations_endpoint: text,
  },
  { title: 'AccessConfiguration', description: 'Where the endpoints of AuthZEN are.' },
);

/** The Hall as a policy decision point (OpenID AuthZEN Authorization API 1.0). */
export const ACCESS_OPERATIONS = {
  evaluateAccess: {
    ...ENDPOINTS.evaluateAccess,
    summary: 'Decide for an enforcement point that speaks AuthZEN',
    description:
      'The tenant is that of the key. A denial and a hold are answers: 200 with `decision` false. Decided and recorded as `POST /wcp/route` is.',
    access: ['tenant'],
    body: AccessEvaluationSchema,
    answers: { 200: AccessDecisionSchema },
    problems: [400, 401, 403, 429, 503],
  },
  evaluateAccesses: {
    ...ENDPOINTS.evaluateAccesses,
    summary: 'Decide several evaluations of AuthZEN',
    description:
      'An evaluation that is not valid is answered with `decision` false. Without evaluations it is a single one.',
    access: ['tenant'],
    body: AccessEvaluationsSchema,
    answers: { 200: Type.Union([AccessDecisionsSchema, AccessDecisionSchema]) },
    problems: [400, 401, 403, 429, 503],
  },
  showAccessConfiguration: {
    ...ENDPOINTS.showAccessConfiguration,
    summary: 'Show where the endpoints of AuthZEN are',
    access: 'public',
    answers: { 200: AccessConfigurationSchema },
    problems: [404, 429],
  },
} satisfies Readonly<Record<string, Operation>>;

/** An evaluation of AuthZEN, as an enforcement point sends it. */
export type AccessEvaluation = Wire<typeof AccessEvaluationSchema>;
/** Several evaluations of AuthZEN. */
export type AccessEvaluations = Wire<typeof AccessEvaluationsSchema>;
/** The answer to an evaluation of AuthZEN. */
export type AccessDecision = Wire<typeof AccessDecisionSchema>;
/** Where the endpoints of AuthZEN are. */
export type AccessConfiguration = Wire<typeof AccessConfigurationSchema>;
