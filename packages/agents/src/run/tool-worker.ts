import type { RegistryRecord } from '@wcp/spec';
import { defineWorker, type Worker } from '@wcp/worker-kit';
import { plainJson } from '../base/plain-json.ts';
import type { AgentTool } from '../tool/agent-tool.ts';
import { type PermitCheck, refusedResult } from './admit-call.ts';
import type { PendingCall, PendingCalls } from './pending-calls.ts';

/** What a tool runs by. */
export interface ToolWorkerParts {
  readonly pending: PendingCalls;
  readonly permits: PermitCheck;
  /** Whether it carries out what this process did not ask for. */
  readonly takesOthers: boolean;
  /** Aborted once its agent is closed: then nothing begins, whoever asks for it. */
  readonly closed: AbortSignal;
}

const MAX_DURATION_MS = 2 ** 31 - 1;
/** A framework checks the arguments by its own schema. */
const ANYTHING = {
  '~standard': { version: 1, vendor: 'wcp', validate: (value: unknown) => ({ value }) },
} as const;

/** A tool as the worker that it is to the Hall. */
export function toolWorker(tool: AgentTool, record: RegistryRecord, parts: ToolWorkerParts): Worker {
  const running = new Map<string, PendingCall | null>();
  const inner = defineWorker(
    {
      record,
      input: ANYTHING,
      async run(args: unknown, { signal, decision_id, ...rest }) {
        const pending = running.get(decision_id) ?? null;
        const { partial: _, deny: _deny, usage: _usage, dispatch: _dispatch, ...context } = rest;
        try {
          const call = { ...context, decision_id };
          return plainJson(await tool.run(args, { signal, context: pending?.context, call }));
        } catch (error) {
          if (pending !== null) pending.error = error;
          throw error;
        }
      },
    },
    { maxDurationMs: MAX_DURATION_MS },
  );
  return {
    record,
    async execute(request, context, options = {}) {
      const { pending, permits, takesOthers, closed } = parts;
      const refusal = await permits.refusal({ context, request, permit: options.permit });
      if (refusal !== null) return refusedResult(refusal);
      if (closed.aborted) return refusedResult('WORKER_CANCELLED');
      const begun = pending.begin(context, request);
      if (begun === 'withdrawn') return refusedResult('WORKER_CANCELLED');
      if (begun === null && !takesOthers) return refusedResult('WORKER_DENIED');
      running.set(context.decision_id, begun);
      const signals = [closed, options.signal, begun?.signal].filter((signal) => signal !== undefined);
      try {
        return await inner.execute(request, context, { ...options, signal: AbortSignal.any(signals) });
      } finally {
        running.delete(context.decision_id);
        begun?.end();
      }
    },
  };
}
