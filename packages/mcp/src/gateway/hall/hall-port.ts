import type { KnownApproval } from '@wcp/hall';
import type { RegistryRecord, RouteDecision, WorkerResult } from '@wcp/spec';
import type { Caller, GatewayCall } from '../../base/gateway.ts';

/** What a dispatch gave. */
export interface Dispatched {
  readonly decision: RouteDecision;
  readonly result: WorkerResult | null;
  readonly delivery_code: string | null;
}

/** The Hall before a gateway: embedded, or running elsewhere. */
export interface HallPort {
  /** Where its pages are; null where it listens nowhere. */
  url(): string | null;
  /** Whose key it is; null for one that is not a tenant's, or not valid now. */
  authenticate(credential: string): Promise<Caller | null>;
  /**
   * Decides and executes. Of a Hall that runs elsewhere, the client hears of progress, and cancels what has begun; in this
   * process, its link does both.
   *
   * @throws {WcpError} `ERR_WCP_MCP_REFUSED` where the Hall does not even decide
   */
  dispatch(
    caller: Caller,
    input: object,
    client: Pick<GatewayCall, 'signal' | 'onProgress'>,
  ): Promise<Dispatched>;
  /** Decides for anybody and executes nothing; null where the Hall refuses to. */
  route(input: object): Promise<RouteDecision | null>;
  /** A held call of the caller's tenant; null where there is none with this id. */
  approval(caller: Caller, approval_id: string): Promise<KnownApproval | null>;
  /**
   * Takes a held call back in the name of whoever asked for it; false where it is resolved already, another key asked for
   * it, or the Hall takes nothing back.
   */
  withdraw(caller: Caller, approval_id: string): Promise<boolean>;
  /** What the Hall decides by now: it is another one after each change of its rules or workers. */
  world(): Promise<string | null>;
  /** The records of the workers that are enrolled and not flagged. */
  records(): Promise<readonly RegistryRecord[]>;
}
