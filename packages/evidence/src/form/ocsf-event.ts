import type { Receipt } from '@wcp/spec';
import { canonicalJson, WcpError } from '@wcp/spec/json';
import { OCSF_CLASSES, OCSF_KINDS, type OcsfKind, SEVERITIES, STATUSES } from './ocsf-tables.ts';
import { type PlacedReceipt, subjectOf } from './placed-receipt.ts';

/** An event of the Open Cybersecurity Schema Framework, with the members that every class has. */
export interface OcsfEvent {
  readonly category_uid: number;
  readonly class_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly severity_id: number;
  readonly status_id: number;
  readonly metadata: { readonly version: string; readonly uid: string; readonly [member: string]: unknown };
  /** The canonical JSON of the receipt: its signature still verifies. */
  readonly raw_data: string;
  readonly [member: string]: unknown;
}

/** The version of the schema that the events follow. */
const OCSF_VERSION = '1.9.0';
const PRODUCT = { name: 'WCP Hall', vendor_name: 'WCP' };

/**
 * A receipt as an event of OCSF 1.9.0 (section 8.11): API Activity for decisions, outcomes and approvals, Entity
 * Management for enrolments and for receipts about the log itself.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for a kind that is unknown, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import { ocsfEvent, type PlacedReceipt } from '@wcp/evidence/form';
 *
 * declare const placed: PlacedReceipt;
 * const { class_uid, status_id } = ocsfEvent(placed);
 * console.log(class_uid, status_id); // 6003 2: an API activity that was denied
 * ```
 */
export function ocsfEvent(placed: PlacedReceipt): OcsfEvent {
  const { receipt } = placed;
  const kind = kindOf(receipt);
  const members = kind.classUid === 6003 ? activityMembers(placed) : entityMembers(receipt, kind);
  return { ...commonMembers(placed, kind), ...members };
}

function kindOf(receipt: Receipt): OcsfKind {
  const kind = OCSF_KINDS.get(receipt.kind);
  if (kind === undefined) throw new WcpError('ERR_WCP_RECEIPT', 'A receipt of this kind has no OCSF form.');
  return kind;
}

/** What every class has. */
function commonMembers({ origin, position, receipt }: PlacedReceipt, kind: OcsfKind): OcsfEvent {
  const { receipt_id, stream, correlation_id, dispatched_at, deny_code } = receipt;
  const { categoryUid, categoryName, name } = OCSF_CLASSES[kind.classUid];
  const status = statusOf(receipt);
  const severity = kind.severity ?? status.severity;
  return {
    category_uid: categoryUid,
    category_name: categoryName,
    class_uid: kind.classUid,
    class_name: name,
    activity_id: kind.activityId,
    activity_name: kind.activity,
    type_uid: kind.classUid * 100 + kind.activityId,
    time: timeOf(receipt),
    severity_id: severity,
    severity: SEVERITIES[severity],
    status_id: status.id,
    status: status.name,
    ...(deny_code !== null && { status_code: deny_code }),
    metadata: {
      version: OCSF_VERSION,
      product: PRODUCT,
      uid: receipt_id,
      event_code: `receipt.${receipt.kind}`,
      log_name: origin,
      sequence: position,
      tenant_uid: stream,
      ...(correlation_id !== null && { correlation_uid: correlation_id }),
      ...(dispatched_at !== null && { original_time: dispatched_at }),
    },
    raw_data: canonicalJson(receipt),
  };
}

/** What API Activity has beside it: who asked for which capability, by which worlds it was decided, who carries it out. */
function activityMembers({ origin, receipt }: PlacedReceipt): object {
  const { stream, capability_id, policy_decision, world_digest, worker_id, worker_species_id } = receipt;
  const { deny_code, outcome } = receipt;
  const policy = world_digest === null ? {} : { policy: { uid: world_digest } };
  const authorizations = policy_decision === null ? [] : [{ decision: policy_decision, ...policy }];
  const named = worker_species_id === null ? {} : { name: worker_species_id };
  const duration = outcome?.duration_ms ?? null;
  return {
    actor: { app_uid: stream, authorizations },
    api: {
      operation: capability_id ?? 'unknown',
      service: { name: origin },
      request: { uid: subjectOf(receipt) },
      ...(deny_code !== null && { response: { error: deny_code } }),
    },
    src_endpoint: { svc_name: origin },
    ...(worker_id !== null && { resources: [{ uid: worker_id, type: 'worker', ...named }] }),
    ...(duration !== null && { duration: Math.floor(duration + 0.5) }),
  };
}

/** What Entity Management has beside it: what was changed. */
function entityMembers(receipt: Receipt, { entity }: OcsfKind): object {
  const data = receipt.key ?? receipt.erasure ?? receipt.restore;
  return { entity: { uid: subjectOf(receipt), type: entity, ...(data !== undefined && { data }) } };
}

function statusOf({ policy_decision, outcome }: Receipt) {
  return (STATUSES.get(outcome?.status ?? policy_decision ?? '') ?? STATUSES.get('')) as NonNullable<
    ReturnType<typeof STATUSES.get>
  >;
}

/** When it happened; where the receipt does not say so, when its id was made. */
function timeOf({ dispatched_at, receipt_id }: Receipt): number {
  if (dispatched_at !== null) return Date.parse(dispatched_at);
  return Number.parseInt(receipt_id.replaceAll('-', '').slice(0, 12), 16);
}
