import type { Finding } from '@wcp/spec';
import type { CallOutcome } from '../../base/gateway.ts';
import { isObject, type Members, ownMember } from '../../base/members.ts';
import { shownText } from '../../base/shown-text.ts';
import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import { refused } from '../../hold/refusal.ts';
import type { WorkerTool } from '../../tool/worker-tool.ts';
import { undelivered } from '../decision-outcome.ts';
import { type ExecutionOutcomes, toolOutcomes } from '../execution-outcomes.ts';
import type { WorkerTools } from './worker-tools.ts';

/** The member of `_meta` that says that a result is only a part. */
const PARTIAL_META_KEY = 'org.wcp/partial';

/** The outcomes of a worker: what it made becomes content, in text and in structure. */
export function workerOutcomes(tool: Pick<WorkerTool, 'checkOutput'>): ExecutionOutcomes {
  return {
    executed(end) {
      const { result, delivery_code } = end;
      if (result === null) return undelivered(delivery_code, refused);
      const { status, deny_reason } = result;
      if (status === 'ok' || status === 'partial') return made(tool, result.result, status === 'partial');
      return refusal(status, deny_reason);
    },
    answered: (result) => made(tool, result, false),
  };
}

/** The outcomes of whatever a gateway has: by the id of its capability. */
export function outcomesByCapability(
  catalog: Pick<ToolCatalog, 'tools'>,
  workers: Pick<WorkerTools, 'tools'>,
): (capability_id: string) => ExecutionOutcomes {
  return (capability_id) => {
    if (catalog.tools().some(({ id }) => id === capability_id)) return toolOutcomes();
    const worker = workers.tools().find((each) => each.capability_id === capability_id);
    // What one that is hidden by now has made can still be read.
    return workerOutcomes(worker ?? { checkOutput: () => [] });
  };
}

function made(
  { checkOutput }: Pick<WorkerTool, 'checkOutput'>,
  result: unknown,
  isPartial: boolean,
): CallOutcome {
  const findings = checkOutput(result);
  if (findings.length > 0) {
    return refused({
      code: 'TOOL_RESULT_INVALID',
      message: 'The call ran, but its result is not what the worker says that it gives.',
      remedy:
        'Find out what has changed before you call it again. The author of the worker must correct it or its output_schema.',
      findings,
    });
  }
  return { kind: 'result', result: contentOf(result, isPartial) };
}

function contentOf(result: unknown, isPartial: boolean): Members {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  const part = { type: 'text', text: 'This is only a part of the result: the worker did not finish.' };
  return {
    content: [...(isPartial ? [part] : []), { type: 'text', text }],
    ...(isObject(result) && { structuredContent: result }),
    ...(isPartial && { _meta: { [PARTIAL_META_KEY]: true } }),
  };
}

/** What a worker says of itself is its author's text, for the model to read as data. */
function refusal(status: string, reason: unknown): CallOutcome {
  const [code, message, findings] = ['code', 'message', 'findings'].map((name) => ownMember(reason, name));
  const said = shownText(message ?? 'it gives no reason', 500);
  return refused({
    code: shownText(code ?? 'WORKER_ERROR', 64),
    message: status === 'denied' ? `The worker refused the call: ${said}` : `The worker failed: ${said}`,
    remedy: 'Correct the call as it says, or ask the operator.',
    ...(Array.isArray(findings) && findings.length > 0 && { findings: findings.map(shownFinding) }),
  });
}

function shownFinding(finding: unknown): Finding {
  const [path, message] = ['path', 'message'].map((name) => shownText(ownMember(finding, name) ?? '', 300));
  return { path: path ?? '', code: 'INVALID_VALUE', message: message ?? '' };
}
