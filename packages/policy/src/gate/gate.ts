import type { PolicyGateRequest, PolicyVerdict } from '@wcp/router';
import { WcpError } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicyEngine, PolicyLoading } from '../base/policy-source.ts';
import { EngineLease } from './engine-lease.ts';
import { FailureLog } from './failure-log.ts';
import type { GateOptions } from './gate-options.ts';
import type { GateState, LoadedGate } from './policy-gate.ts';
import { type PolicyWatch, watchPolicies } from './watch-policies.ts';

/** What a gate is made of, beside its first engine. */
export interface GateSettings extends Required<Omit<GateOptions, 'watch'>> {
  readonly kind: string;
  readonly watched: readonly string[];
  readonly load: () => Promise<PolicyLoading>;
}

/** See {@link LoadedGate}. */
export class Gate implements LoadedGate {
  readonly kind: string;
  readonly decide = (request: PolicyGateRequest) => this.#decide(request);
  readonly #settings: GateSettings;
  readonly #failures: FailureLog;
  readonly #watch: PolicyWatch | null;
  #lease: EngineLease;
  #loadedAt: string;
  #stale: Pick<GateState, 'stale_since' | 'findings'> = FRESH;
  #reloading: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(settings: GateSettings, engine: PolicyEngine) {
    const { kind, watched, log, now } = settings;
    this.kind = kind;
    this.#settings = settings;
    this.#failures = new FailureLog(log, now);
    this.#lease = new EngineLease(engine);
    this.#loadedAt = this.#time();
    this.#watch = watched.length === 0 ? null : watchPolicies(watched, () => this.reload(), log);
  }

  get policy_version(): string {
    return this.#lease.policy_version;
  }

  get state(): GateState {
    const { kind, policy_version } = this;
    return { kind, policy_version, loaded_at: this.#loadedAt, ...this.#stale };
  }

  /** One at a time, so that an older state of the files never replaces a newer one. */
  reload(): Promise<GateState> {
    const done = this.#reloading.then(() => this.#reload());
    this.#reloading = done.catch(() => {});
    return done;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#watch?.close();
    await this.#reloading;
    await this.#lease.retire();
  }

  #decide(request: PolicyGateRequest): PolicyVerdict | Promise<PolicyVerdict> {
    if (this.#isClosed) throw new WcpError('ERR_WCP_POLICY_ENGINE', 'The policy gate is closed.');
    try {
      const verdict = this.#lease.ask(request, this.#settings.timeout_ms);
      return verdict instanceof Promise ? verdict.catch((error) => this.#failed(error)) : verdict;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): never {
    this.#failures.add(error);
    throw error;
  }

  async #reload(): Promise<GateState> {
    if (this.#isClosed) return this.state;
    const loaded = await this.#settings.load().catch(loadingFailed);
    if (loaded.ok) this.#accept(loaded.engine);
    else this.#reject(loaded.findings);
    return this.state;
  }

  #accept(engine: PolicyEngine): void {
    const { log } = this.#settings;
    const former = this.#lease;
    const isSame = engine.policy_version === former.policy_version;
    if (!isSame || this.#stale !== FRESH) log('info', `The policies ${engine.policy_version} are in force.`);
    this.#stale = FRESH;
    // Policies of the same version may be asked in another way: with another token or other certificates.
    this.#lease = new EngineLease(engine);
    if (!isSame) this.#loadedAt = this.#time();
    // What waits for the former engine must not hold up the next change.
    void former.retire();
  }

  #reject(findings: readonly PolicyFinding[]): void {
    const { log } = this.#settings;
    for (const finding of findings) log('error', findingText(finding));
    log('error', 'The new policies are broken. The last good ones stay in force.');
    this.#stale = { stale_since: this.#stale.stale_since ?? this.#time(), findings };
  }

  #time(): string {
    return new Date(this.#settings.now()).toISOString();
  }
}

const FRESH: Pick<GateState, 'stale_since' | 'findings'> = { stale_since: null, findings: [] };

/** What even loading did not turn into a finding, such as an engine that fails while it is closed. */
function loadingFailed(): PolicyLoading {
  const finding = {
    file: null,
    line: null,
    code: 'POLICY_LOADING_FAILED',
    message: 'The policies cannot be loaded.',
    remedy: 'Look at the policies that were changed last.',
  };
  return { ok: false, findings: [finding] };
}

function findingText({ file, line, code, message, remedy }: PolicyFinding): string {
  const place = [file, line].filter((part) => part !== null).join(':');
  return escapeText(`${code}${place === '' ? '' : ` ${place}`}: ${message} ${remedy}`);
}
