import type { DataLabel, Env, QosClass, TenantRisk } from '@wcp/spec/document';
import type { CallOutcome } from '../base/call-outcome.ts';
import type { AgentTool } from '../tool/agent-tool.ts';

/** What a call says of itself beside its arguments (section 3). */
export interface CallLabels {
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
}

/** How a tool is called. */
export interface CallOptions<C = unknown> {
  /** Aborts the call, and the tool where it runs; a call that is held by then is withdrawn. */
  readonly signal?: AbortSignal | undefined;
  /** The task that the call is part of: the Hall adds up the blast of one task (default: a task of its own). */
  readonly correlation_id?: string | undefined;
  /** Names the call, so that it is carried out only once: 1 to 255 visible ASCII characters. */
  readonly idempotency_key?: string | undefined;
  /** Passed to the tool in this process; the Hall never sees it. */
  readonly context?: C | undefined;
  /** What of the labels differs from those of the agent. */
  readonly labels?: Partial<CallLabels> | undefined;
}

/** How the outcome of a held call is read. */
export interface ResumeOptions<C = unknown> {
  /** Milliseconds to wait for a steward (default 0). */
  readonly wait_ms?: number | undefined;
  /** Ends the waiting: the call stays held. */
  readonly signal?: AbortSignal | undefined;
  /** Passed to the tool where it has not run yet, and was held in an earlier process. */
  readonly context?: C | undefined;
}

/** A tool that the Hall governs. */
export interface GovernedTool {
  readonly name: string;
  /** Its id as a worker, and the capability that rules name. */
  readonly id: string;
  call(args: unknown, options?: CallOptions): Promise<CallOutcome>;
}

/** The tools of an agent before their Hall. */
export interface Governor {
  readonly tools: ReadonlyMap<string, GovernedTool>;
  /**
   * Makes a tool a worker of the Hall; it is enrolled before its first call.
   *
   * @throws {WcpError} `ERR_WCP_AGENT` for a second tool of one id
   */
  govern<A, C>(tool: AgentTool<A, C>): GovernedTool;
  /** Enrols every tool now. @throws where that cannot be done: calls are then denied and try it again */
  ready(): Promise<void>;
  /** Has the Hall decide about a call, and carries out what it allows. Never rejects. */
  call(name: string, args: unknown, options?: CallOptions): Promise<CallOutcome>;
  /**
   * What came of a call that was held: `held` again while it waits or runs. It runs once, when it is approved, in the
   * process that holds it; a process that has started since then takes it over by asking for it. Never rejects.
   */
  resume(approval_id: string, options?: ResumeOptions): Promise<CallOutcome>;
  /**
   * Withdraws a held call: no steward is asked for it any more, and where the Hall cannot be told so, it does not run here
   * whatever a steward decides. `CALL_WITHDRAWN`, or what it has come to where that is too late. Never rejects.
   */
  withdraw(approval_id: string): Promise<CallOutcome>;
  /** Aborts what runs, and lets go of the Hall: nothing begins here any more. */
  close(): Promise<void>;
}
