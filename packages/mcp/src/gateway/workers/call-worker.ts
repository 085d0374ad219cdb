import type { Caller, CallOutcome, ToolCall } from '../../base/gateway.ts';
import { refused } from '../../hold/refusal.ts';
import { correlationOf, type ServerLabels } from '../call-input.ts';
import { deniedOutcome } from '../decision-outcome.ts';
import type { GovernedCall } from '../governed-calls.ts';
import { workerOutcomes } from './worker-outcomes.ts';
import type { ShownWorkerTool, WorkerTools } from './worker-tools.ts';

/** The tool as clients see it: as it was enrolled, under its shown name. */
export function shownWorkerTool({ definition, shown, worker_id, capability_id }: ShownWorkerTool): unknown {
  return { ...definition, name: shown, _meta: { [WORKER_META_KEY]: { worker_id, capability_id } } };
}

/** The member of `_meta` that says which worker of the Hall a tool is. */
const WORKER_META_KEY = 'org.wcp/worker';

/** The refusal of arguments that are not what the worker takes; null for others. Nothing is dispatched then. */
export function refusedArguments(
  tool: ShownWorkerTool,
  { arguments: given = {} }: ToolCall,
): CallOutcome | null {
  const findings = tool.checkInput(given);
  if (findings.length === 0) return null;
  return refused({
    code: 'TOOL_ARGUMENTS_INVALID',
    message: 'The arguments are not what this tool takes; nothing was asked of the Hall, and nothing ran.',
    remedy: 'Correct each of these and call the tool again.',
    findings,
  });
}

/**
 * The refusal of a call of a tool that is hidden, with the decision of the Hall as evidence; null for a name that no
 * hidden tool has. Nothing is executed, whatever the Hall decides.
 */
export async function refusedHidden(
  tools: Pick<WorkerTools, 'hidden' | 'decide'>,
  { tenant_id }: Pick<Caller, 'tenant_id'>,
  { name, _meta }: ToolCall,
): Promise<CallOutcome | null> {
  const hidden = tools.hidden().find(({ shown }) => shown === name);
  if (hidden === undefined) return null;
  const decision = await tools.decide(hidden.capability_id, tenant_id, correlationOf(_meta));
  if (decision?.outcome === 'DENY') return deniedOutcome(decision);
  return refused({
    code: 'TOOL_HIDDEN',
    message: `This tool is hidden: ${hidden.reason} Nothing ran.`,
    remedy: 'Ask the operator to look at it: wcp mcp diff shows what has changed, wcp mcp enrol accepts it.',
  });
}

/** A call of a worker: its arguments are the request. */
export function workerCall(
  tool: ShownWorkerTool,
  labels: ServerLabels,
  { name, arguments: given, _meta }: ToolCall,
): GovernedCall {
  return {
    capability_id: tool.capability_id,
    correlation_id: correlationOf(_meta),
    request: Object(given ?? {}) as object,
    labels,
    subject: name,
    arguments: given,
    outcomes: workerOutcomes(tool),
  };
}
