import type { PolicyGateRequest } from '@wcp/router';
import type { SupervisorLevel } from '@wcp/spec';
import type { PolicyFinding } from './policy-finding.ts';

/**
 * What an engine answers. The gate adds the policy version, checks every member, and denies whatever is anything else.
 */
export interface EngineAnswer {
  readonly decision: 'ALLOW' | 'DENY' | 'REQUIRE_HUMAN';
  /** Which policies decided, for people. */
  readonly reason: string;
  /** Only with `REQUIRE_HUMAN`. */
  readonly supervisor_level?: SupervisorLevel;
  /** What decided, where only the engine's server knows it; without it, that of the {@link PolicyEngine}. */
  readonly policy_version?: string;
}

/** An engine with its policies loaded. */
export interface PolicyEngine {
  /** `sha256:` of exactly what decides: the policies, their schema, the engine's version and its settings. */
  readonly policy_version: string;
  /**
   * Answers one request. It may throw, reject or take too long: the gate denies then. A promise is awaited only where it
   * is one, so that an engine of this process answers at once.
   *
   * @param signal is aborted once the answer is too late
   */
  decide(request: PolicyGateRequest, signal: AbortSignal): EngineAnswer | Promise<EngineAnswer>;
  /** Releases what it holds: memory of an engine, connections. */
  close?(): void | Promise<void>;
}

/** What loading policies gave: an engine, or everything that is wrong. */
export type PolicyLoading =
  | {
      readonly ok: true;
      readonly engine: PolicyEngine;
      /** What a check left out, such as a server that was not asked; each is shown to the operator. */
      readonly unchecked?: readonly string[];
    }
  | { readonly ok: false; readonly findings: readonly PolicyFinding[] };

/** A kind of engine and where its policies are: what a gate is opened with, and loaded again with. */
export interface PolicySource {
  /** `cedar`, `opa`, `authzen`. */
  readonly kind: string;
  /** Files and folders; a change in one loads the policies again. Empty where nothing is to be watched. */
  readonly watched: readonly string[];
  /** The server that each request goes to, as an operator knows it; absent where none is asked. */
  readonly server?: string;
  /** Reads, checks and loads the policies, and asks no server. Never rejects: what is wrong is a finding. */
  load(): Promise<PolicyLoading>;
}
