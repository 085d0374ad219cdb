import type { HallClient } from '@wcp/client';
import type { DataLabel, RouteInput } from '@wcp/spec';
import type { DispatchAnswer } from '@wcp/spec/hall';
import { type Step, type Stop, stepOf, stopOf } from './step.ts';
import { type AnswerOf, type PipelineCapability, readWorkerAnswer } from './worker-answers.ts';

/** The Hall, the tenant and the setting of every request in a dispatch chain. */
export interface DispatchChainSetting {
  readonly client: HallClient;
  readonly env: RouteInput['env'];
  readonly data_label: DataLabel;
  readonly tenant_id: string;
  readonly tenant_credential: string | null;
}

/** Dispatches under one correlation id, one after the other, until one does not succeed. */
export class DispatchChain {
  readonly correlation_id: string;
  readonly steps: Step[] = [];
  /** Every answer of the Hall. */
  readonly answers: DispatchAnswer[] = [];
  readonly #setting: DispatchChainSetting;
  readonly #show: (step: Step, number: number) => void;
  #stop: Stop | null = null;

  constructor(
    correlationId: string,
    setting: DispatchChainSetting,
    show: (step: Step, number: number) => void = () => {},
  ) {
    this.correlation_id = correlationId;
    this.#setting = setting;
    this.#show = show;
  }

  /** Why the chain stopped; null while it continues. */
  get stop(): Stop | null {
    return this.#stop;
  }

  /** The blast score spent under the correlation id so far. */
  get blast_score(): number {
    return this.steps.findLast(({ outcome }) => outcome === 'DISPATCH')?.blast_score ?? 0;
  }

  /**
   * Dispatches a request and returns the result of the worker; null if it did not succeed.
   *
   * @param summarise describes the result in a few words
   */
  async dispatch<C extends PipelineCapability>(
    capability_id: C,
    request: object,
    summarise: (result: AnswerOf<C>) => string,
  ): Promise<AnswerOf<C> | null> {
    const start = performance.now();
    const input = this.#inputOf(capability_id, request);
    const answer = await this.#setting.client.dispatch(input);
    const result = readWorkerAnswer(capability_id, answer.result?.result);
    this.answers.push(answer);
    this.#stop = stopOf(input, answer, result !== null);
    const said = this.#stop === null && result !== null ? summarise(result) : null;
    const step = stepOf(capability_id, answer, Math.round(performance.now() - start), said, this.blast_score);
    this.steps.push(step);
    this.#show(step, this.steps.length);
    return this.#stop === null ? result : null;
  }

  /** Stops the chain because of what a worker answered. */
  fail(capability_id: PipelineCapability, message: string): null {
    this.#stop = { kind: 'failed', capability_id, code: 'ANSWER_UNFIT', message, held: null };
    return null;
  }

  #inputOf(capability_id: PipelineCapability, request: object): RouteInput {
    const { env, data_label, tenant_id, tenant_credential } = this.#setting;
    return {
      capability_id,
      env,
      data_label,
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id,
      correlation_id: this.correlation_id,
      ...(tenant_credential !== null && { tenant_credential }),
      request,
    } as RouteInput;
  }
}
