import type { PolicyGateRequest, PolicyVerdict } from '@wcp/router';
import type { PolicyFinding } from '../base/policy-finding.ts';

/** How a gate is: what decides, since when, and what is wrong with what should decide by now. */
export interface GateState {
  /** `cedar`, `opa`, `authzen`. */
  readonly kind: string;
  /** `sha256:` of exactly what decides. */
  readonly policy_version: string;
  /** When the policies in force were loaded, RFC 3339. */
  readonly loaded_at: string;
  /** Since when newer policies could not be loaded, RFC 3339; null where those in force are the latest. */
  readonly stale_since: string | null;
  /** What is wrong with the newer policies; empty where those in force are the latest. */
  readonly findings: readonly PolicyFinding[];
}

/** A policy engine that was loaded, tested and may be asked. */
export interface LoadedGate {
  readonly kind: string;
  /** `sha256:` of exactly what decides; it changes with {@link LoadedGate.reload}. */
  readonly policy_version: string;
  readonly state: GateState;
  /**
   * Decides about one request (section 5, step 13). Cedar answers at once, but for a request or policies so large that it
   * may take long; any other engine gives a promise. It can be handed to whatever takes a gate: `this` is not needed.
   *
   * @throws {WcpError} `ERR_WCP_POLICY_ENGINE` or `ERR_WCP_POLICY_ANSWER` (a promise rejects with it): a denial, as
   * everything but a verdict is
   */
  readonly decide: (request: PolicyGateRequest) => PolicyVerdict | Promise<PolicyVerdict>;
  /** Loads the policies again. Broken ones are findings of the state, and the last good ones stay in force. */
  reload(): Promise<GateState>;
  /** Releases the engine; what is asked afterwards is denied. */
  close(): Promise<void>;
}
