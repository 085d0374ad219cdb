import type { PolicyGateRequest, PolicyVerdict } from '@wcp/router';
import type { PolicyEngine } from '../base/policy-source.ts';
import { askEngine } from './ask-engine.ts';

/** An engine in use: one that was replaced is closed once the last request to it has its answer. */
export class EngineLease {
  readonly #engine: PolicyEngine;
  #waiting = 0;
  #isRetired = false;
  #closed: () => void = () => {};

  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  get policy_version(): string {
    return this.#engine.policy_version;
  }

  ask(request: PolicyGateRequest, timeout_ms: number): PolicyVerdict | Promise<PolicyVerdict> {
    const verdict = askEngine(this.#engine, request, timeout_ms);
    if (!(verdict instanceof Promise)) return verdict;
    this.#waiting += 1;
    return verdict.finally(() => {
      this.#waiting -= 1;
      if (this.#isRetired && this.#waiting === 0) this.#closed();
    });
  }

  /** Closes the engine, when nothing waits for it any more. What it throws then concerns nobody. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#waiting > 0) {
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
    }
    try {
      await this.#engine.close?.();
    } catch {
      // It is not asked again.
    }
  }
}
