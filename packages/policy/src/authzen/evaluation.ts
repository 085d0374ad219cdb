import type { PolicyGateRequest } from '@wcp/router';

/** How a request becomes an evaluation. */
export type AuthzenMapping = 'capability' | 'mcp-tool';

/** What a PDP is asked (AuthZEN Authorization API 1.0, access evaluation). */
export interface Evaluation {
  readonly subject: { readonly type: string; readonly id: string; readonly properties: object };
  readonly action: { readonly name: string; readonly properties: object };
  readonly resource: { readonly type: string; readonly id: string; readonly properties: object };
  readonly context: object;
}

/** The types and names of a mapping: all that the two differ in. */
interface Names {
  readonly subject: string;
  readonly action: string;
  readonly resource: string;
}

/** `mcp-tool` are the names of the default mapping of `tools/call` (COAZ-MCP): the capability is the tool. */
const NAMES: Readonly<Record<AuthzenMapping, Names>> = {
  capability: { subject: 'tenant', action: 'dispatch', resource: 'capability' },
  'mcp-tool': { subject: 'identity', action: 'tools/call', resource: 'tool' },
};

/** Whether a text names a mapping. */
export function isAuthzenMapping(text: string): text is AuthzenMapping {
  return Object.hasOwn(NAMES, text);
}

/** Writes a request as an evaluation: every member of the request is in it once. */
export function writeEvaluation(request: PolicyGateRequest, mapping: AuthzenMapping): Evaluation {
  const { tenant_id, tenant_risk, capability_id, qos_class, ...rest } = request;
  const { worker_id, worker_species_id, authority, risk_tier, privilege_envelope, ...context } = rest;
  const { subject, action, resource } = NAMES[mapping];
  return {
    subject: { type: subject, id: tenant_id, properties: { tenant_risk } },
    action: { name: action, properties: { qos_class } },
    resource: {
      type: resource,
      id: capability_id,
      properties: { worker_id, worker_species_id, authority, risk_tier, privilege_envelope },
    },
    // The agent is whoever the Hall authenticated: it is the tenant.
    context: { agent: tenant_id, ...context },
  };
}
