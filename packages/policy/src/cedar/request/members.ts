import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyGateRequest } from '@wcp/router';
import {
  DATA_LABELS,
  ENVS,
  type PrivilegeEnvelope,
  QOS_CLASSES,
  RegistryRecordSchema,
  TENANT_RISKS,
} from '@wcp/spec/document';
import { canonicalJson } from '@wcp/spec/json';

/** The members that have few values, each a text. */
export const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  env: ENVS,
  data_label: DATA_LABELS,
  tenant_risk: TENANT_RISKS,
  qos_class: QOS_CLASSES,
  risk_tier: RegistryRecordSchema.properties.risk_tier.enum,
  network_egress: ['none', 'allowlisted', 'unrestricted'],
};

/** A member of what policies see. */
export interface CedarMember {
  readonly name: string;
  /** Its type in the schema. */
  readonly type: string;
  /** Undefined where the request has none. */
  readonly value: (request: PolicyGateRequest) => CedarValueJson | undefined;
}

type TextMember = {
  [Name in keyof PolicyGateRequest]: PolicyGateRequest[Name] extends string ? Name : never;
}[keyof PolicyGateRequest];

const text = (name: TextMember): CedarMember => ({ name, type: 'String', value: (request) => request[name] });

/** The one entity of its type: the privilege context of the request, its members as tags. */
export const PRIVILEGE_CONTEXT = { type: 'PrivilegeContext', id: 'request' } as const;

/** What policies see as `context`. */
export const CONTEXT_MEMBERS: readonly CedarMember[] = [
  text('capability_id'),
  text('tenant_id'),
  text('worker_id'),
  text('env'),
  text('data_label'),
  text('tenant_risk'),
  text('qos_class'),
  text('policy_version'),
  text('rule_id'),
  { name: 'blast_score', type: 'Long', value: ({ blast_score }) => blast_score },
  {
    name: 'privilege_context?',
    type: 'PrivilegeContext',
    value: ({ privilege_context }) =>
      privilege_context === null ? undefined : { __entity: PRIVILEGE_CONTEXT },
  },
];

/** What policies see of `resource`, the worker. */
export const WORKER_MEMBERS: readonly CedarMember[] = [
  text('worker_species_id'),
  text('authority'),
  text('risk_tier'),
  {
    name: 'privilege_envelope?',
    type: 'PrivilegeEnvelope',
    value: ({ privilege_envelope }) =>
      privilege_envelope === null ? undefined : envelope(privilege_envelope),
  },
];

/** The members of an envelope in the schema. */
export const ENVELOPE_TYPES: Readonly<Record<keyof PrivilegeEnvelope, string>> = {
  network_egress: 'String',
  egress_allowlist: 'Set<String>',
  secrets_access: 'Set<String>',
  filesystem_writes: 'Set<String>',
  tools: 'Set<String>',
};

/** Absent egress counts as unrestricted, absent lists as empty (section 4.2). */
function envelope(declared: PrivilegeEnvelope): CedarValueJson {
  const { network_egress = 'unrestricted', egress_allowlist = [], secrets_access = [] } = declared;
  const { filesystem_writes = [], tools = [] } = declared;
  return { network_egress, egress_allowlist, secrets_access, filesystem_writes, tools };
}

/** The privilege context as tags: a text is itself, anything else its canonical JSON. */
export function privilegeTags(context: Readonly<Record<string, unknown>>): Record<string, string> {
  const tags = Object.entries(context).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : canonicalJson(value),
  ]);
  return Object.fromEntries(tags);
}
