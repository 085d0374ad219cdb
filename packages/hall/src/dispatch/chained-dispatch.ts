import type { DataLabel, QosClass, RouteInput, TenantRisk } from '@wcp/spec';
import { DATA_LABELS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import { type ReceivedRequest, textOrEmpty } from '../base/received-request.ts';

/** A dispatch that is running, as far as the dispatches that it asks for depend on it. */
export interface ChainedParent extends Pick<ReceivedRequest, 'credential' | 'requested_by'> {
  readonly decision_id: string;
  /** 0 for a tenant's own request. */
  readonly depth: number;
  /** Milliseconds since 1970: nothing below it may take longer. */
  readonly until: number;
  readonly input: RouteInput;
  /** The workers of this dispatch and of those above it. */
  readonly workers: readonly string[];
  /** What this dispatch and those above it do: the capability and the hash of the request. */
  readonly trail: readonly string[];
  /** Aborted where whoever asked for the first of them cancels it. */
  readonly cancel?: AbortSignal | undefined;
}

/** How deep a dispatch chain may go. */
const MAX_DEPTH = 8;

/** Why a dispatch chain goes no further: the fact `frozen` of a decision, with the scope `chain`. */
export type ChainStop = 'CHAIN_TOO_DEEP' | 'CHAIN_LOOP' | 'CHAIN_WIDENED' | 'CHAIN_OVER';

/** What a worker may state beside the capability and the request. */
const OWN_MEMBERS = ['blast_score', 'blast_radius', 'privilege_context', 'dry_run'] as const;

/** Members that a chained dispatch inherits and may only narrow, the widest value first. */
const ORDERS = {
  data_label: DATA_LABELS,
  tenant_risk: TENANT_RISKS,
  qos_class: QOS_CLASSES,
} as const;

function isOwnMember(name: string): boolean {
  return OWN_MEMBERS.some((own) => own === name);
}

/** What a worker asks for as a request in its dispatch chain, and whether that is more than it has itself. */
export function childInput(
  parent: ChainedParent,
  received: unknown,
): { readonly input: unknown; readonly isWidened: boolean } {
  const said = typeof received === 'object' && received !== null ? (received as Partial<RouteInput>) : {};
  const { capability_id, request = {}, ext, data_label, tenant_risk, qos_class, ...more } = said;
  const { tenant_credential: ownCredential, ...others } = more;
  const { env, tenant_id, correlation_id, policy_version, tenant_credential } = parent.input;
  const own = Object.fromEntries(
    OWN_MEMBERS.flatMap((name) => (name in others ? [[name, others[name]]] : [])),
  );
  const unknown = Object.fromEntries(Object.entries(others).filter(([name]) => !isOwnMember(name)));
  const input = {
    ...unknown,
    ...own,
    capability_id,
    request,
    env,
    tenant_id,
    correlation_id,
    data_label: data_label ?? parent.input.data_label,
    tenant_risk: tenant_risk ?? parent.input.tenant_risk,
    qos_class: qos_class ?? parent.input.qos_class,
    ...(policy_version === undefined ? {} : { policy_version }),
    ...(tenant_credential === undefined ? {} : { tenant_credential }),
    ext: { ...(typeof ext === 'object' ? ext : {}), parent_decision_id: parent.decision_id },
  };
  const isWidened =
    ownCredential != null ||
    isBelow(ORDERS.data_label, input.data_label as DataLabel, parent.input.data_label) ||
    isBelow(ORDERS.tenant_risk, input.tenant_risk as TenantRisk, parent.input.tenant_risk) ||
    isBelow(ORDERS.qos_class, input.qos_class as QosClass, parent.input.qos_class) ||
    ['env', 'tenant_id', 'correlation_id'].some(
      (name) => name in unknown && unknown[name] !== input[name as 'env'],
    );
  return { input, isWidened };
}

/** A value outside of the order is left to `decide`, which denies it. */
function isBelow<T>(order: readonly T[], value: T, least: T): boolean {
  const at = order.indexOf(value);
  return at >= 0 && at < order.indexOf(least);
}

/** Why a chained dispatch goes no further; null where it may. */
export function stopOf(
  parent: ChainedParent,
  step: string,
  isWidened: boolean,
  now: number,
): ChainStop | null {
  if (now >= parent.until) return 'CHAIN_OVER';
  if (isWidened) return 'CHAIN_WIDENED';
  if (parent.depth + 1 > MAX_DEPTH) return 'CHAIN_TOO_DEEP';
  return parent.trail.includes(step) ? 'CHAIN_LOOP' : null;
}

/** What a dispatch does, so that it is found when it comes again below itself. */
export function stepOf(capabilityId: unknown, requestHash: string | null): string {
  return `${textOrEmpty(capabilityId)} ${requestHash}`;
}
