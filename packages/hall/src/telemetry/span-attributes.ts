import type { RouteDecision } from '@wcp/spec';
import type { SpanAttributes } from '../base/tracing.ts';

/** What a span says of a decision: ids and codes, and nothing that was requested or answered. */
export function decisionAttributes(decision: RouteDecision): SpanAttributes {
  return {
    'wcp.decision_id': decision.decision_id,
    'wcp.outcome': decision.outcome,
    'wcp.deny_code': decision.deny_code,
    'wcp.tenant_id': decision.tenant_id,
    'wcp.correlation_id': decision.correlation_id,
    'wcp.capability_id': decision.capability_id,
    'wcp.env': decision.env,
    'wcp.worker_id': decision.worker_id,
    'wcp.policy_version': decision.policy_version,
  };
}

/** What a worker is, in the conventions for tools of generative AI. */
export const TOOL_TYPE = 'function';

/** What a span says of an execution, in the conventions for tools of generative AI. */
export function toolAttributes({ decision_id, capability_id, worker_id }: RouteDecision): SpanAttributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': capability_id,
    'gen_ai.tool.call.id': decision_id,
    'gen_ai.tool.type': TOOL_TYPE,
    'wcp.decision_id': decision_id,
    'wcp.worker_id': worker_id,
  };
}

/** How a call of a tool ended: the Hall's word for it, and its code. */
interface ToolEnd {
  readonly status: string;
  readonly code: string | null;
}

/** How it ended. */
export function endAttributes({ status, code }: ToolEnd): SpanAttributes {
  return { 'wcp.status': status, 'wcp.delivery_code': code };
}
