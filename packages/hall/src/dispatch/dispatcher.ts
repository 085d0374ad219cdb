import { artifactHash, type Receipt, type RouteDecision, type WorkerResult } from '@wcp/spec';
import { PriorityGate } from '../admission/priority-gate.ts';
import type { HallClock } from '../base/hall-clock.ts';
import { ownMember, type ReceivedRequest, receive } from '../base/received-request.ts';
import type { ChainedAnswer } from '../delivery/delivery.ts';
import type { Change } from '../storage/store/store.ts';
import { type ChainedParent, type ChainStop, childInput, stepOf, stopOf } from './chained-dispatch.ts';
import type { Decided, Decider } from './decider.ts';
import type { Executor } from './executor.ts';
import type { Recorder } from './recorder.ts';

/** What a dispatch gives back. */
export interface DispatchAnswer {
  readonly decision: RouteDecision;
  readonly receipt: Receipt;
  /** Null where nothing was executed. */
  readonly outcome_receipt: Receipt | null;
  readonly result: WorkerResult | null;
  /** A code `DELIVERY_…` where a worker was to run and gave no result. */
  readonly delivery_code: string | null;
}

/** What a dispatch stands in. */
export interface DispatchSetting {
  /** The dispatch whose worker asks; absent for what a tenant asks itself. */
  readonly parent?: ChainedParent;
  readonly stop?: ChainStop | null;
  /** What is made durable together with the decision. */
  readonly changes?: (decision: RouteDecision) => readonly Change[];
  /** Whether the result is kept, for somebody who asks later. */
  readonly keepResult?: boolean;
}

/** The way of a request through a Hall (section 9). */
export class Dispatcher {
  readonly #clock: HallClock;
  readonly #decider: Decider;
  readonly #recorder: Recorder;
  readonly #executor: Executor;
  readonly #priorityGate = new PriorityGate();

  constructor(clock: HallClock, decider: Decider, recorder: Recorder, executor: Executor) {
    this.#clock = clock;
    this.#decider = decider;
    this.#recorder = recorder;
    this.#executor = executor;
  }

  /** Decides, and executes nothing. The decision is durable when this resolves. */
  async route(received: ReceivedRequest): Promise<Decided> {
    const decided = await this.#decider.decide(received, { isDispatch: false });
    await this.#recorder.record(decided, 'route');
    return decided;
  }

  /** Decides; makes the decision durable; executes the worker; makes the outcome durable; answers. */
  dispatch(received: ReceivedRequest, setting: DispatchSetting = {}): Promise<DispatchAnswer> {
    const carryOut = () => this.#dispatch(received, setting);
    // What a worker asks for stands in the place of the dispatch above it.
    return setting.parent === undefined
      ? this.#priorityGate.enter(ownMember(received, 'qos_class'), carryOut)
      : carryOut();
  }

  async #dispatch(received: ReceivedRequest, setting: DispatchSetting): Promise<DispatchAnswer> {
    const { parent, stop = null, changes, keepResult = false } = setting;
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const decided = await this.#decider.decide(received, { isDispatch: true, depth, stop });
    const { decision } = decided;
    const receipt = await this.#recorder.record(decided, 'dispatch', [], changes?.(decision));
    const answer = { decision, receipt: JSON.parse(receipt) as Receipt };
    if (decision.outcome !== 'DISPATCH' || decision.dry_run) {
      return { ...answer, outcome_receipt: null, result: null, delivery_code: null };
    }
    const below =
      parent === undefined ? {} : { until: parent.until, trail: parent.trail, workers: parent.workers };
    const executed = await this.#executor.execute(decided, receipt, { keepResult, depth, ...below });
    const { outcome_receipt, result, code } = executed;
    return { ...answer, outcome_receipt, result, delivery_code: code };
  }

  /** What a worker asks for under its own dispatch: decided like any request, and never more than that has. */
  async chained(parent: ChainedParent, question: unknown): Promise<ChainedAnswer> {
    const { input, isWidened } = childInput(parent, question);
    const received = receive(input);
    const step = stepOf(ownMember(received, 'capability_id'), hashOf(ownMember(received, 'request')));
    const stop = stopOf(parent, step, isWidened, this.#clock.now());
    const { decision, result } = await this.dispatch(received, { parent, stop });
    return { decision, result };
  }
}

/** Null for a request without canonical JSON, which `decide` refuses. */
function hashOf(request: unknown): string | null {
  try {
    return artifactHash(request);
  } catch {
    return null;
  }
}
