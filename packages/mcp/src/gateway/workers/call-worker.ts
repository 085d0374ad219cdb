import type { CallOutcome, ToolCall } from '../../base/gateway.ts';
import { refused } from '../../hold/refusal.ts';
import { correlationOf, type ServerLabels } from '../call-input.ts';
import type { GovernedCall } from '../governed-calls.ts';
import { workerOutcome } from './worker-outcome.ts';
import type { ShownWorkerTool } from './worker-tools.ts';

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
    outcomes: workerOutcome(tool),
  };
}
