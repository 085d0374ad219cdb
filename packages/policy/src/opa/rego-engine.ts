import type { PolicyGateRequest } from '@wcp/router';
import type { EngineAnswer, PolicyEngine } from '../base/policy-source.ts';
import { EngineThread, threadProgram } from '../thread/engine-thread.ts';
import { readRegoDecision } from './rego-decision.ts';
import type { RegoThreadData } from './rego-thread.ts';

const PROGRAM = threadProgram(import.meta.url, 'opa', 'rego-thread');

/** Memory that a policy may use, in pages of 64 KiB: 128 MiB. */
const MAX_PAGES = 2_048;

/** Policies of Rego in a thread of their own. */
export class RegoEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #entrypoint: string;
  readonly #thread: EngineThread;

  constructor(policy: Omit<RegoThreadData, 'max_pages'>, policy_version: string) {
    this.policy_version = policy_version;
    this.#entrypoint = policy.entrypoint;
    this.#thread = new EngineThread(PROGRAM, { ...policy, max_pages: MAX_PAGES } satisfies RegoThreadData);
  }

  /** Starts the thread. @throws {Error} where it cannot load the policy */
  open(): Promise<void> {
    return this.#thread.open();
  }

  async decide(request: PolicyGateRequest, signal: AbortSignal): Promise<EngineAnswer> {
    const results = await this.#thread.ask(request, signal);
    return readRegoDecision(readResults(results), this.#entrypoint);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** The value of the rule: undefined where there is no result. @throws {Error} for what no evaluation gives */
function readResults(results: unknown): unknown {
  if (!Array.isArray(results) || results.length > 1) throw new Error('The policy gave no set of results.');
  return (results[0] as { readonly result?: unknown } | undefined)?.result;
}
