import {
  canonicalJson,
  type Receipt,
  type RouteDecision,
  type RouteInput,
  type Sha256,
  sha256,
  type WorkerContext,
  type WorkerResult,
} from '@wcp/spec';
import type { ReceiptOutcome } from '@wcp/spec/document';
import type { AdmissionScheduler } from '../admission/admission-scheduler.ts';
import type { HallClock } from '../base/hall-clock.ts';
import type { Span, Tracing } from '../base/tracing.ts';
import type { ChainedAnswer, Delivered, Delivery } from '../delivery/delivery.ts';
import type { Metrics } from '../operations/metrics.ts';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import type { OutcomeEvidence } from '../storage/ledger/entry.ts';
import type { LiveHalls } from '../storage/live-halls.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import { SettledElsewhere } from '../storage/overtaken.ts';
import type { Change } from '../storage/store/store.ts';
import { endAttributes, toolAttributes } from '../telemetry/span-attributes.ts';
import type { Settlement } from './budget/spending.ts';
import { type ChainedParent, stepOf } from './chained-dispatch.ts';
import { deadLetterChange } from './dead-letters.ts';
import type { Decided, HallDecision } from './decider.ts';
import { workerEvents } from './worker-events.ts';

/** How an execution ended, and the evidence of that. */
export interface Executed {
  readonly status: ReceiptOutcome['status'];
  readonly result: WorkerResult | null;
  /** A code `DELIVERY_…` where the worker gave no result. */
  readonly code: string | null;
  readonly outcome_receipt: Receipt;
}

/** What an executor needs. */
export interface ExecutorParts {
  readonly clock: HallClock;
  readonly journal: Journal;
  readonly admission: AdmissionScheduler;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly timeout_ms: number;
  readonly tracing: Tracing;
  readonly metrics: Pick<Metrics, 'called'>;
  readonly halls: Pick<LiveHalls, 'mayStart'>;
  readonly others: Pick<OtherHalls, 'commit' | 'untilCurrent'>;
  /** The signed token of an attempt at a dispatch; null where the Hall gives none. */
  permitOf(call: PermittedCall, attempt: number): string | null;
  /** Dispatches what a worker asks for under its own dispatch. */
  chained(parent: ChainedParent, asked: unknown): Promise<ChainedAnswer>;
}

/** A call that a permit is for. */
export interface PermittedCall {
  readonly context: WorkerContext;
  readonly request_hash: Sha256;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** The W3C `traceparent` of the call; null where nothing is traced. */
  readonly traceparent: string | null;
}

/** The context of an execution. */
export interface Execution {
  /** Whether the result is kept, for a repeated request. */
  readonly keepResult?: boolean;
  /** How deep in a dispatch chain; 0 for a tenant's own request. */
  readonly depth?: number;
  /** Milliseconds since 1970: when the dispatch above ends. */
  readonly until?: number;
  /** What the dispatches above do, and their workers. */
  readonly trail?: readonly string[];
  readonly workers?: readonly string[];
  /** Tells the worker to stop. */
  readonly cancel?: AbortSignal | undefined;
  /** Gets what the worker says of its progress. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
}

const NO_DELIVERY: Delivered = { status: 'error', result: null, code: 'DELIVERY_NONE', duration_ms: 0 };
const NOT_ALIVE: Delivered = { status: 'error', result: null, code: 'DELIVERY_LEASE_LOST', duration_ms: 0 };
/** Milliseconds until an outcome that could not be recorded is tried again. */
const RETRY_MS = 1_000;

/** Runs what was decided, and records how it ended. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #running = new Set<Promise<unknown>>();
  /** The decisions whose outcome this process still owes. */
  readonly #owed = new Set<string>();
  #isClosing = false;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /**
   * Executes exactly the worker that a durable decision names. Resolves when the outcome is durable; where
   * it cannot be recorded now, rejects with `ERR_WCP_STORE` and goes on trying: nobody gets the result.
   */
  async execute(decided: Decided, receipt: string, execution: Execution = {}): Promise<Executed> {
    this.#owed.add(decided.decision.decision_id);
    const running = this.#run(decided, receipt, execution);
    const ended = running.catch(() => {});
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return running;
  }

  /** Whether a dispatch runs here, or its outcome is not durable yet. */
  owes(decision_id: string): boolean {
    return this.#owed.has(decision_id);
  }

  /** Waits for what runs; afterwards no outcome is tried again. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#running);
  }

  async #run(decided: Decided, receipt: string, execution: Execution): Promise<Executed> {
    const delivered = await this.#delivered(decided, execution);
    const { received, decision } = decided;
    const { enforcement } = delivered;
    const outcome = outcomeOf(delivered);
    const settlement = decided.spending?.settle(delivered.result) ?? null;
    const at = this.#timestamp(decision);
    const entry: JournalEntry = {
      evidence: {
        kind: 'outcome',
        decision_id: decision.decision_id,
        decided: receipt,
        outcome,
        ...(enforcement && { enforcement }),
      },
      events: {
        tenant_id: decision.tenant_id,
        list: [
          ...workerEvents(decision, delivered, at),
          ...(settlement === null ? [] : [settledEvent(decision, settlement, at)]),
        ],
      },
      changes: [
        ...(execution.keepResult === true ? [resultChange(decision, delivered)] : []),
        ...(delivered.code === null ? [] : [deadLetterChange(decision, received, delivered.code)]),
      ],
    };
    const [appended] = await this.#record(entry, settlement);
    const { status, result, code } = delivered;
    return { status, result, code, outcome_receipt: JSON.parse(appended?.receipt as string) as Receipt };
  }

  /** Delivers the call in the span of the tool. */
  #delivered(decided: Decided, execution: Execution): Promise<Delivered> {
    const { decision } = decided;
    const name = `execute_tool ${decision.capability_id}` as const;
    return this.#parts.tracing.span(name, toolAttributes(decision), async (span) => {
      const began = performance.now();
      const delivered = await this.#deliver(decided, execution, span);
      const error = delivered.status === 'ok' ? null : (delivered.code ?? delivered.status);
      this.#parts.metrics.called(decision.capability_id ?? '', error, (performance.now() - began) / 1000);
      span.set(endAttributes(delivered));
      span.usage(delivered.result?.evidence ?? []);
      if (error !== null) span.fail(error);
      return delivered;
    });
  }

  async #deliver(
    { received, decision, observation }: Decided,
    execution: Execution,
    { traceparent }: Span,
  ): Promise<Delivered> {
    const { admission, deliveries, timeout_ms, permitOf, chained, tracing, halls } = this.#parts;
    // Others may already have settled it.
    if (!halls.mayStart) return NOT_ALIVE;
    const worker = decision.worker_id as string;
    const delivery = deliveries.get(worker);
    if (delivery === undefined) return NO_DELIVERY;
    const began = Date.parse(decision.timestamp);
    const until = Math.min(began + timeout_ms, execution.until ?? Number.POSITIVE_INFINITY);
    const context = contextOf(decision, new Date(until).toISOString());
    const input = received.input as RouteInput;
    const hash = decision.artifact_hash as Sha256;
    const parent = parentOf({ received, decision }, execution, until);
    const permitted = { context, request_hash: hash, until, traceparent };
    return admission.deliver(delivery, {
      context,
      request: input.request ?? {},
      code_hash: observation.code[worker] ?? null,
      permit: permitOf(permitted, 0),
      renew: (attempt) => permitOf(permitted, attempt),
      traceparent,
      timeout_ms: Math.max(1, until - began),
      signal: execution.cancel,
      onProgress: execution.onProgress,
      ancestors: execution.workers ?? [],
      // What a worker asks for arrives on its own connection, and belongs to this call.
      dispatch: tracing.bound((asked) => chained(parent, asked)),
    });
  }

  /** The time of the outcome; a clock that went back does not keep it from being recorded. */
  #timestamp({ timestamp }: HallDecision): string {
    try {
      return this.#parts.clock.timestamp();
    } catch {
      return timestamp;
    }
  }

  async #record(entry: JournalEntry, settlement: Settlement | null): ReturnType<Journal['append']> {
    const attributes = { 'wcp.receipt.kind': 'outcome' };
    try {
      return await this.#parts.tracing.span('wcp.record', attributes, () => this.#append(entry, settlement));
    } catch (error) {
      if (!this.#isOver(entry, error)) this.#tryAgain(entry, settlement);
      throw error;
    }
  }

  #tryAgain(entry: JournalEntry, settlement: Settlement | null): void {
    const timer = setTimeout(() => {
      if (this.#isClosing) return;
      this.#append(entry, settlement).catch((error) => {
        if (!this.#isOver(entry, error)) this.#tryAgain(entry, settlement);
      });
    }, RETRY_MS);
    timer.unref();
  }

  /** Whether another Hall has settled it: there is one outcome. */
  #isOver({ evidence }: JournalEntry, error: unknown): boolean {
    if (!(error instanceof SettledElsewhere)) return false;
    this.#owed.delete((evidence as OutcomeEvidence).decision_id);
    return true;
  }

  /** A report of the cost is counted when it is written, for others spend between one attempt and the next. */
  async #append(entry: JournalEntry, settlement: Settlement | null): ReturnType<Journal['append']> {
    const appended = await this.#parts.others.untilCurrent(() =>
      settlement === null ? this.#parts.journal.append(entry) : this.#appendSettled(entry, settlement),
    );
    this.#owed.delete((entry.evidence as OutcomeEvidence).decision_id);
    return appended;
  }

  async #appendSettled(entry: JournalEntry, settlement: Settlement): ReturnType<Journal['append']> {
    const since = this.#parts.others.commit;
    await settlement.load();
    const changes = [...(entry.changes ?? []), ...settlement.apply()];
    try {
      const appended = await this.#parts.journal.append({ ...entry, changes, since });
      settlement.stored();
      return appended;
    } catch (error) {
      settlement.undo();
      throw error;
    }
  }
}

function settledEvent({ decision_id, worker_id }: HallDecision, settlement: Settlement, timestamp: string) {
  const { cost, budget_ids } = settlement;
  return { event_id: 'org.wcp.hall.cost-settled', timestamp, decision_id, worker_id, cost, budget_ids };
}

/** What a chained dispatch of a call stands under. */
function parentOf(
  { received, decision }: Pick<Decided, 'received' | 'decision'>,
  execution: Execution,
  until: number,
): ChainedParent {
  const step = stepOf(decision.capability_id, decision.artifact_hash as Sha256);
  return {
    decision_id: decision.decision_id,
    depth: execution.depth ?? 0,
    until,
    input: received.input as RouteInput,
    credential: received.credential,
    requested_by: received.requested_by,
    workers: [...(execution.workers ?? []), decision.worker_id as string],
    trail: [...(execution.trail ?? []), step],
    cancel: execution.cancel,
  };
}

function outcomeOf({ status, result, duration_ms }: Delivered): ReceiptOutcome {
  const result_hash = status === 'ok' && result !== null ? sha256(canonicalJson(result.result)) : null;
  return { status, result_hash, duration_ms };
}

function resultChange(
  { decision_id, timestamp, tenant_id }: HallDecision,
  { status, result, code }: Delivered,
): Change {
  const document = JSON.stringify({ result, code });
  return { put: 'results', row: { id: decision_id, state: status, at: timestamp, tenant_id, document } };
}

function contextOf(decision: RouteDecision, deadline: string): WorkerContext {
  const { correlation_id, tenant_id, env, data_label, qos_class, capability_id } = decision;
  const { policy_version, decision_id, worker_id } = decision;
  const echoed = { correlation_id, tenant_id, env, data_label, qos_class, capability_id };
  return { ...echoed, policy_version, decision_id, worker_id, deadline } as WorkerContext;
}
