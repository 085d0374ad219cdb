import type { LookupAddress } from 'node:dns';
import type { EgressCode } from './inside/codes.ts';

/** What one sandbox may reach, and who is told about it. */
export interface EgressSettings {
  /** The `egress_allowlist` of the worker's envelope (WCP section 4.2): `host` for port 443, or `host:port`. */
  readonly allowlist: readonly string[];
  /**
   * Entries of the same form whose addresses may be private or those of this machine. The operator names them, never
   * the worker. A `host` without a port stands for every port that the allowlist names.
   */
  readonly private_hosts?: readonly string[];
  /**
   * Entries of the same form whose addresses are not judged: hosts that the operator's own programs use in any case, such
   * as the package registry of this machine. Never a host that a worker names.
   */
  readonly trusted_hosts?: readonly string[];
  /** Starts the forwarder as well, for programs other than Node. */
  readonly forwarder?: boolean;
  /** The user who runs the sandbox, where it is not the user of this process. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly limits?: Partial<EgressLimits>;
  /** Is told of every connection when it is over, and must not throw. */
  readonly onConnection?: (connection: EgressConnection) => void;
  /** Resolves a name; the default asks the operating system. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

/** Bounds of one sandbox. */
export interface EgressLimits {
  /** Connections at a time (default 256). */
  readonly connections: number;
  /** Milliseconds to resolve the name and reach the host (default 10,000). */
  readonly connect_ms: number;
  /** Milliseconds in which nothing goes through a connection before it is closed (default 300,000). */
  readonly idle_ms: number;
  /** Refused and failed connections that are told each second (default 20); the next one says how many were not. */
  readonly reports: number;
}

/** One connection out of a sandbox, or the attempt at one. */
export interface EgressConnection {
  /** What the worker asked for. Where it is not a listed host, it is text of the worker's: escaped and cut. */
  readonly host: string;
  /** 0 where only the name was asked for. */
  readonly port: number;
  /** The address that was judged and dialled. */
  readonly address: string | null;
  readonly outcome: 'connected' | 'refused' | 'failed';
  /** Null where a connection ended in good order. */
  readonly code: EgressCode | null;
  /** Bytes from the worker. */
  readonly bytes_sent: number;
  /** Bytes from the host. */
  readonly bytes_received: number;
  readonly duration_ms: number;
  /** How many refused and failed connections before this one were too many to be told. */
  readonly omitted: number;
}

/** The bounds where the settings name none. */
export const DEFAULT_EGRESS_LIMITS: EgressLimits = {
  connections: 256,
  connect_ms: 10_000,
  idle_ms: 300_000,
  reports: 20,
};
