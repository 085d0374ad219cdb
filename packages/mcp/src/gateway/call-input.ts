import { randomUUID } from 'node:crypto';
import { ownMember } from '../base/members.ts';
import type { ServerSettings } from '../config/server-schema.ts';

/** What a dispatch says of its server, and the client has no part in. */
export type ServerLabels = Pick<ServerSettings, 'environment' | 'data_label' | 'tenant_risk' | 'qos_class'>;

/** A call that is to be dispatched. */
export interface DispatchedCall {
  readonly capability_id: string;
  /** From the caller's key, never from the client. */
  readonly tenant_id: string;
  readonly correlation_id: string;
  /** `{tool, arguments}`, or `{method, params}` for what is not a tool. */
  readonly request: object;
}

/** The input of a dispatch (section 3). */
export function callInput(call: DispatchedCall, labels: ServerLabels): object {
  const { environment, data_label, tenant_risk, qos_class } = labels;
  return { ...call, env: environment, data_label, tenant_risk, qos_class };
}

/** The request of a call of a tool; a call without arguments stays one. */
export function toolRequest(tool: string, given: unknown): object {
  return { tool, ...(given !== undefined && { arguments: given }) };
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/**
 * The correlation id of a call: of the task that the client names by a `traceparent` (W3C Trace Context), so that the
 * blast of the whole task adds up; else one of its own. A client chooses only among its own tasks: budgets and freezes
 * go by tenant and correlation together.
 */
export function correlationOf(meta: unknown): string {
  const traceparent = ownMember(meta, 'traceparent');
  const [, trace] = (typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null) ?? [];
  return trace === undefined || /^0+$/.test(trace) ? `mcp-${randomUUID()}` : `trace-${trace}`;
}

/** That of a further round of a call: of the same task where the client named one, else of its own, as any call. */
export function nextCorrelation(correlation_id: string): string {
  return correlation_id.startsWith('trace-') ? correlation_id : correlationOf(undefined);
}
