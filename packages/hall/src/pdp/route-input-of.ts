import type { AccessEvaluation } from '@wcp/spec/hall';
import { type AccessMapping, capabilityOf } from './access-mapping.ts';

/** What a context may say of the request itself; the rest of it is for policies. */
const OF_THE_REQUEST = [
  'env',
  'data_label',
  'tenant_risk',
  'qos_class',
  'correlation_id',
  'policy_version',
  'blast_score',
  'blast_radius',
  'tenant_credential',
] as const;

type Members = Readonly<Record<string, unknown>>;

/** Who asks, and under which name. */
export interface AccessCaller {
  /** The tenant of the key: what the body says of it never counts. */
  readonly tenant_id: string | null;
  /** The correlation id of an evaluation that has none. */
  readonly request_id: string;
}

/**
 * The RouteInput of an evaluation, for `decide` to judge: what is missing is left out. The properties of the action
 * are the worker's request, and who acts on what is given to the policy gate as it was asserted.
 */
export function routeInputOf(
  evaluation: AccessEvaluation,
  mapping: AccessMapping,
  { tenant_id, request_id }: AccessCaller,
): Readonly<Record<string, unknown>> {
  const { subject, action, resource, context = {} } = evaluation;
  const said = OF_THE_REQUEST.filter((name) => Object.hasOwn(context, name));
  const rest = Object.entries(context).filter(([name]) => !said.some((known) => known === name));
  const capability_id = capabilityOf(evaluation, mapping);
  return {
    ...mapping.defaults,
    correlation_id: request_id,
    ...Object.fromEntries(said.map((name) => [name, (context as Members)[name]])),
    ...(capability_id !== null && { capability_id }),
    ...(tenant_id !== null && { tenant_id }),
    request: action.properties ?? {},
    privilege_context: {
      subject,
      action,
      resource,
      context: Object.fromEntries(rest),
    },
  };
}
