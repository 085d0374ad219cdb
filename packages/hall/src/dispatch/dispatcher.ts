import { artifactHash, type Receipt, type RouteDecision } from '@wcp/spec';
import type { AdmissionScheduler } from '../admission/admission-scheduler.ts';
import type { HallClock } from '../base/hall-clock.ts';
import { ownMember, type ReceivedRequest, receiveBelow } from '../base/received-request.ts';
import type { ChainedAnswer } from '../delivery/delivery.ts';
import { deliveryMessage } from '../delivery/delivery-code.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import type { Change } from '../storage/store/store.ts';
import { type ChainedParent, type ChainStop, childInput, stepOf, stopOf } from './chained-dispatch.ts';
import type { Decided, Decider } from './decider.ts';
import type { DispatchAnswer } from './dispatch-answer.ts';
import type { Executor } from './executor.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import type { Recorder } from './recorder.ts';

/** What a dispatch comes with. */
export interface DispatchSetting {
  /** The dispatch whose worker asks; absent for a tenant's own request. */
  readonly parent?: ChainedParent;
  readonly stop?: ChainStop | null;
  /** What becomes durable together with the decision. */
  readonly changes?: (decision: RouteDecision) => readonly Change[];
  /** The caller's `Idempotency-Key`: the same request again gets the first answer again. */
  readonly idempotency_key?: string;
  /** Withdraws the dispatch while it waits to begin; one that has begun goes on. */
  readonly signal?: AbortSignal;
  /** Withdraws it likewise, and tells a worker that has it to stop. */
  readonly cancel?: AbortSignal | undefined;
  /** Gets what the worker says of its progress. */
  readonly onProgress?: (progress: unknown) => void;
}

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly clock: HallClock;
  readonly admission: AdmissionScheduler;
  readonly idempotency: IdempotencyStore;
  readonly decider: Decider;
  readonly recorder: Recorder;
  readonly executor: Executor;
  readonly others: Pick<OtherHalls, 'untilCurrent'>;
}

/** Takes a request through the Hall (section 9). */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Decides, and executes nothing. The decision is durable when this resolves. */
  async route(received: ReceivedRequest): Promise<Decided> {
    return this.#parts.others.untilCurrent(async () => {
      const decided = await this.#parts.decider.decide(received, { isDispatch: false });
      await this.#parts.recorder.record(decided, 'route');
      return decided;
    });
  }

  /**
   * Decides; makes the decision durable; executes the worker; makes the outcome durable; answers.
   *
   * @throws {ProblemError} `RATE_LIMITED`, `IDEMPOTENCY_MISMATCH`
   */
  dispatch(received: ReceivedRequest, setting: DispatchSetting = {}): Promise<DispatchAnswer> {
    // What a worker asks for stands in the place of the dispatch above it.
    if (setting.parent !== undefined) return this.#carryOut(received, setting);
    const { admission, decider } = this.#parts;
    const tenant_id = ownMember(received, 'tenant_id');
    const signal = setting.cancel ?? setting.signal;
    const request = { tenant_id, qos_class: decider.classOf(received), signal };
    return admission.run(request, () => this.#once(received, setting, tenant_id));
  }

  #once(received: ReceivedRequest, setting: DispatchSetting, tenant: unknown): Promise<DispatchAnswer> {
    const { idempotency_key, changes } = setting;
    if (idempotency_key === undefined || typeof tenant !== 'string') return this.#carryOut(received, setting);
    return this.#parts.idempotency.once(tenant, idempotency_key, received, (keyChanges, since) =>
      this.#carryOut(received, {
        changes: (decision) => [...keyChanges(decision), ...(changes?.(decision) ?? [])],
        keptSince: since,
      }),
    );
  }

  async #carryOut(
    received: ReceivedRequest,
    setting: DispatchSetting & { readonly keptSince?: number },
  ): Promise<DispatchAnswer> {
    const { parent, stop = null, changes, keptSince, cancel, onProgress } = setting;
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const purpose = { isDispatch: true, depth, stop, ...(keptSince !== undefined && { since: keptSince }) };
    const decide = async () => {
      const decided = await this.#parts.decider.decide(received, purpose);
      const more = changes?.(decided.decision);
      return { decided, receipt: await this.#parts.recorder.record(decided, 'dispatch', [], more) };
    };
    // Where another Hall may have used the key meanwhile, whoever looks for it looks again.
    const { decided, receipt } =
      keptSince === undefined ? await this.#parts.others.untilCurrent(decide) : await decide();
    const { decision } = decided;
    const answer = { decision, receipt: JSON.parse(receipt) as Receipt };
    if (decision.outcome !== 'DISPATCH' || decision.dry_run) {
      return {
        ...answer,
        outcome_receipt: null,
        result: null,
        delivery_code: null,
        delivery_message: null,
      };
    }
    const below =
      parent === undefined ? {} : { until: parent.until, trail: parent.trail, workers: parent.workers };
    const execution = { keepResult: keptSince !== undefined, depth, cancel, onProgress, ...below };
    const executed = await this.#parts.executor.execute(decided, receipt, execution);
    const { outcome_receipt, result, code } = executed;
    const delivery_message = deliveryMessage(code);
    const left = decided.spending?.left() ?? [];
    const budgets = left.length === 0 ? {} : { 'x.budgets': left };
    return { ...answer, outcome_receipt, result, delivery_code: code, delivery_message, ...budgets };
  }

  /** Dispatches what a worker asks for: decided like any request, and never allowed more than its own dispatch. */
  async chained(parent: ChainedParent, asked: unknown): Promise<ChainedAnswer> {
    const { input, isWidened } = childInput(parent, asked);
    const received = receiveBelow(input, parent);
    const step = stepOf(ownMember(received, 'capability_id'), hashOf(ownMember(received, 'request')));
    const stop = stopOf(parent, step, isWidened, this.#parts.clock.now());
    const { decision, result } = await this.dispatch(received, { parent, stop, cancel: parent.cancel });
    return { decision, result };
  }
}

/** Null for a request without canonical JSON, which `decide` denies. */
function hashOf(request: unknown): string | null {
  try {
    return artifactHash(request);
  } catch {
    return null;
  }
}
