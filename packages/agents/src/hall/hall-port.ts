import type { RouteDecision, WorkerResult } from '@wcp/spec';
import type { Approval } from '@wcp/spec/hall';
import type { Worker } from '@wcp/worker-kit';

/** What a dispatch gave. */
export interface Dispatched {
  readonly decision: RouteDecision;
  readonly result: WorkerResult | null;
  readonly delivery_code: string | null;
  readonly delivery_message: string | null;
}

/** An approval, and whether what was approved has ended. */
export interface KnownApproval extends Approval {
  readonly has_ended: boolean;
  readonly delivery_code: string | null;
}

/** How one call is taken to where it runs. */
export interface Lane {
  /** Resolves once the call may be dispatched. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** The Hall of an agent: one that runs elsewhere, or one in this process. */
export interface HallPort {
  /** Where its pages are; null where that is not known. */
  readonly url: string | null;
  /** The raw public keys that its permits are signed with. */
  readonly keys: readonly string[];
  /** Whether its permits are signed with another key now, which `keys` has from then on. */
  followKeys(): Promise<boolean>;
  /** Whether calls that this process did not ask for are carried out here. */
  readonly takesOthers: boolean;
  /** Enrols tools and lets the Hall reach them. @throws where that cannot be done */
  enrol(workers: readonly Worker[]): Promise<void>;
  /** Lets calls with a correlation id be carried out here. */
  carry(worker: Worker, correlation_id: string): Lane;
  /** @throws {HallProblemError | WcpError} where there is no decision */
  dispatch(input: object, options: DispatchOptions): Promise<Dispatched>;
  /** An approval of the tenant; null where there is none with this id. */
  approval(approval_id: string): Promise<KnownApproval | null>;
  /**
   * Takes back what waits for a steward.
   *
   * @throws {HallProblemError | WcpError} where it cannot be taken back any more, or at this Hall at all
   */
  withdraw(approval_id: string): Promise<void>;
  close(): Promise<void>;
}

/** How a dispatch is sent. */
export interface DispatchOptions {
  readonly signal: AbortSignal;
  readonly idempotency_key?: string;
}
