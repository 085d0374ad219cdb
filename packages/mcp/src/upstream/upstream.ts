import type { Enforcement } from '@wcp/spec/document';

/** The client for whom a request is made, as far as the server may reach it while the request runs. */
export interface UpstreamClient {
  /** Whose client it is: what belongs to one of several requests is told only where all are of one owner. */
  readonly owner: string;
  /** What the server may ask it for, as the client declared it. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** The least severe log messages that it wants; null for none. */
  readonly log_level: string | null;
  /** Is told of each log message of the request, as received. */
  onLog(params: unknown): void;
  /** Answers a request of the server (revisions with a handshake); rejects what it does not answer. */
  ask(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
}

/** How one request to a server is carried. */
export interface UpstreamCall {
  /** Ends it early: the server is told. */
  readonly signal?: AbortSignal;
  /** The time limit in milliseconds from now. */
  readonly timeout_ms?: number;
  /** Whether a result is refused in which an integer is beyond 2^53 and would become another one. */
  readonly is_exact?: boolean;
  /** Whether the server may answer with a task (2026-07-28); it is said of this request alone. */
  readonly takes_tasks?: boolean;
  /** Is told of the server's progress, as received. */
  onProgress?(params: unknown): void;
  /** Absent for what the gateway asks for itself. */
  readonly client?: UpstreamClient;
}

/** An MCP server that calls go to: its process or its address, in the revision that was found. */
export interface Upstream {
  /** Its name in the configuration: `[a-z0-9-]{1,16}`. */
  readonly alias: string;
  /** What it says it is: name and version, as received. */
  readonly server: unknown;
  /** The hash of its package (`sha256:…`) or its URL; null where neither is known. */
  readonly source: string | null;
  /** The revision of MCP that it speaks, such as `2026-07-28`. */
  readonly revision: string;
  /** What it says it can do, as received. */
  readonly capabilities: unknown;
  /** What it says about how it is used, as received; an attacker's text. */
  readonly instructions?: unknown;
  /** What keeps its process within its envelope; absent or null where nothing runs, or nothing is known. */
  readonly enforcement?: Enforcement | null;
  /** Its tools as received, of all pages. @throws {UpstreamError} */
  listTools(): Promise<readonly unknown[]>;
  /** The result of a request, as received. @throws {UpstreamError} */
  request(method: string, params: unknown, call?: UpstreamCall): Promise<unknown>;
  /** Asks to be told of changes of a resource, for an owner; once more for each time. @throws {UpstreamError} */
  subscribe(uri: string, owner: string): Promise<void>;
  /** Takes one such wish of that owner back; the server is told once nobody has it any more. @throws {UpstreamError} */
  unsubscribe(uri: string, owner: string): Promise<void>;
  /** Lets a server of a revision with a handshake log what is at least this severe. */
  useLogLevel(level: string): void;
  /** Is told of each notification. What it returns ends that. */
  onNotification(listen: (method: string, params: unknown) => void): () => void;
  /** Is told when the server is gone; it may be started again. What it returns ends that. */
  onClosed(listen: (reason: string) => void): () => void;
  /** Ends it: nothing of it is left afterwards. */
  close(): Promise<void>;
}
