import type { Receipt, RouteDecision, WorkerResult } from '@wcp/spec';
import type { Asked } from './asked.ts';
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

/** The way of a request through a Hall (section 9). */
export class Dispatcher {
  readonly #decider: Decider;
  readonly #recorder: Recorder;
  readonly #executor: Executor;

  constructor(decider: Decider, recorder: Recorder, executor: Executor) {
    this.#decider = decider;
    this.#recorder = recorder;
    this.#executor = executor;
  }

  /** Decides, and executes nothing. The decision is durable when this resolves. */
  async route(asked: Asked): Promise<Decided> {
    const decided = await this.#decider.decide(asked, { isDispatch: false });
    await this.#recorder.record(decided, 'route');
    return decided;
  }

  /** Decides; makes the decision durable; executes the worker; makes the outcome durable; answers. */
  async dispatch(asked: Asked, depth = 0): Promise<DispatchAnswer> {
    const decided = await this.#decider.decide(asked, { isDispatch: true, depth });
    const { decision } = decided;
    const receipt = await this.#recorder.record(decided, 'dispatch');
    const answer = { decision, receipt: JSON.parse(receipt) as Receipt };
    if (decision.outcome !== 'DISPATCH' || decision.dry_run) {
      return { ...answer, outcome_receipt: null, result: null, delivery_code: null };
    }
    const { outcome_receipt, result, code } = await this.#executor.execute(decided, receipt);
    return { ...answer, outcome_receipt, result, delivery_code: code };
  }
}
