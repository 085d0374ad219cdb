import type { DataLabel, RouteInput } from '@wcp/spec';
import type { HallClient } from '../client/hall-client.ts';
import type { DispatchAnswer } from '../client/wire.ts';
import { type Step, type Stop, stepOf, stopOf } from './step.ts';
import { type AnswerOf, type PipelineCapability, readWorkerAnswer } from './worker-answers.ts';

/** As whom and in which setting the pipeline asks. */
export interface ChainSetting {
  readonly client: HallClient;
  readonly env: RouteInput['env'];
  readonly data_label: DataLabel;
  readonly tenant_id: string;
  readonly tenant_credential: string | null;
}

/** Dispatches under one correlation id, one after the other, until one does not go through. */
export class Chain {
  readonly correlation_id: string;
  readonly steps: Step[] = [];
  /** Everything that the Hall answered. */
  readonly answers: DispatchAnswer[] = [];
  readonly #setting: ChainSetting;
  readonly #show: (step: Step, number: number) => void;
  #stop: Stop | null = null;

  constructor(
    correlationId: string,
    setting: ChainSetting,
    show: (step: Step, number: number) => void = () => {},
  ) {
    this.correlation_id = correlationId;
    this.#setting = setting;
    this.#show = show;
  }

  /** Why it went no further; null while it goes on. */
  get stop(): Stop | null {
    return this.#stop;
  }

  /** What was spent under the correlation id so far. */
  get blast_score(): number {
    return this.steps.findLast(({ outcome }) => outcome === 'DISPATCH')?.blast_score ?? 0;
  }

  /**
   * Has a capability carried out, and gives what its worker made; null where it did not go through.
   *
   * @param tell what the result comes to, in half a sentence
   */
  async ask<C extends PipelineCapability>(
    capability_id: C,
    request: object,
    tell: (result: AnswerOf<C>) => string,
  ): Promise<AnswerOf<C> | null> {
    const began = performance.now();
    const input = this.#inputOf(capability_id, request);
    const answer = await this.#setting.client.post<DispatchAnswer>('wcp/dispatch', input);
    const result = readWorkerAnswer(capability_id, answer.result?.result);
    this.answers.push(answer);
    this.#stop = await stopOf(input, answer, result !== null);
    const said = this.#stop === null && result !== null ? tell(result) : null;
    const step = stepOf(capability_id, answer, Math.round(performance.now() - began), said, this.blast_score);
    this.steps.push(step);
    this.#show(step, this.steps.length);
    return this.#stop === null ? result : null;
  }

  /** Goes no further because of what a worker answered. */
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
