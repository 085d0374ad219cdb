import { randomUUID } from 'node:crypto';
import { WcpError } from '@wcp/spec';
import type { Worker } from '@wcp/worker-kit';
import { AGENT_CODES, type CallOutcome, denied } from '../base/call-outcome.ts';
import { plainJson } from '../base/plain-json.ts';
import type { HallPort } from '../hall/hall-port.ts';
import { PermitCheck } from '../run/admit-call.ts';
import { PendingCalls } from '../run/pending-calls.ts';
import { toolWorker } from '../run/tool-worker.ts';
import type { AgentTool } from '../tool/agent-tool.ts';
import { type ToolSettings, toolRecord } from '../tool/tool-record.ts';
import { GovernedRun } from './governed-run.ts';
import type { CallLabels, CallOptions, GovernedTool, Governor, ResumeOptions } from './governor.ts';
import { HeldCalls } from './held-calls.ts';
import { refusalOf } from './refusal.ts';

/** What a governor works with. */
export interface GovernorParts {
  readonly hall: HallPort;
  readonly settings: ToolSettings;
  readonly tenant_id: string;
  readonly labels: CallLabels;
  readonly decision_timeout_ms: number;
}

/** The tools of an agent before a Hall, whichever that is. */
export class HallGovernor implements Governor {
  readonly tools: Map<string, GovernedTool> = new Map();
  readonly #parts: GovernorParts;
  readonly #workers = new Map<string, Worker>();
  readonly #pending = new PendingCalls();
  readonly #permits: PermitCheck;
  readonly #held: HeldCalls;
  readonly #closed = new AbortController();
  #enrolment: Promise<void> = Promise.resolve();
  #unenrolled: Worker[] = [];

  constructor(parts: GovernorParts) {
    this.#parts = parts;
    this.#permits = new PermitCheck(
      () => parts.hall.keys,
      () => parts.hall.followKeys(),
    );
    this.#held = new HeldCalls({ hall: parts.hall, pending: this.#pending, closed: this.#closed.signal });
  }

  govern<A, C>(tool: AgentTool<A, C>): GovernedTool {
    const { settings, hall } = this.#parts;
    const record = toolRecord(tool as AgentTool, settings, new Date().toISOString());
    const id = record.worker_id;
    if ([...this.tools.values()].some((other) => other.name === tool.name || other.id === id)) {
      const message = `There is a tool ${id} already: give ${tool.name} another name.`;
      throw new WcpError('ERR_WCP_AGENT', message);
    }
    const { takesOthers } = hall;
    const worker = toolWorker(tool as AgentTool, record, {
      pending: this.#pending,
      permits: this.#permits,
      takesOthers,
      closed: this.#closed.signal,
    });
    const { name } = tool;
    const governed = {
      name,
      id,
      call: (args: unknown, options?: CallOptions) => this.call(name, args, options),
    };
    this.#workers.set(name, worker);
    this.#unenrolled.push(worker);
    this.tools.set(name, governed);
    return governed;
  }

  ready(): Promise<void> {
    const enrol = async () => {
      const workers = this.#unenrolled;
      if (workers.length === 0) return;
      await this.#parts.hall.enrol(workers);
      this.#unenrolled = this.#unenrolled.filter((worker) => !workers.includes(worker));
    };
    this.#enrolment = this.#enrolment.then(enrol, enrol);
    return this.#enrolment;
  }

  async call(name: string, args: unknown, options: CallOptions = {}): Promise<CallOutcome> {
    const worker = this.#workers.get(name);
    if (worker === undefined) return denied('TOOL_UNKNOWN');
    const request = requestOf(args);
    if (request === undefined) return denied('ARGUMENTS_NOT_JSON');
    const signal = AbortSignal.any([this.#closed.signal, ...(options.signal ? [options.signal] : [])]);
    try {
      await unlessAborted(this.ready(), signal);
    } catch (error) {
      return signal.aborted ? aborted() : refusalOf(error, 'TOOL_NOT_ENROLLED');
    }
    const { hall, decision_timeout_ms } = this.#parts;
    const correlation_id = options.correlation_id ?? `agent-${randomUUID()}`;
    const input = this.#inputOf(worker, request, correlation_id, options);
    const run = new GovernedRun({ hall, worker, input, options, signal, decision_timeout_ms });
    return run.carryOut(this.#pending, this.#held);
  }

  resume(approval_id: string, options: ResumeOptions = {}): Promise<CallOutcome> {
    return this.#held.resume(approval_id, [...this.#workers.values()], options);
  }

  withdraw(approval_id: string): Promise<CallOutcome> {
    return this.#held.withdraw(approval_id, [...this.#workers.values()]);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#parts.hall.close();
  }

  #inputOf({ record }: Worker, request: unknown, correlation_id: string, { labels }: CallOptions) {
    const { tenant_id } = this.#parts;
    const capability_id = record.worker_id;
    return { capability_id, tenant_id, correlation_id, request, ...this.#parts.labels, ...labels };
  }
}

function aborted(): CallOutcome {
  const { message } = AGENT_CODES.CALL_ABORTED;
  return { kind: 'failed', code: 'CALL_ABORTED', message, ran: false, decision_id: null };
}

/** Undefined for what is not exact as JSON. */
function requestOf(args: unknown): unknown {
  try {
    return plainJson(args ?? {});
  } catch {
    return undefined;
  }
}

/** @throws the reason of the signal */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([work, stopped]);
  } finally {
    over.abort();
  }
}
