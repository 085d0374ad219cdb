import type { Enforcement } from '@wcp/spec/document';

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
  /** Is told of each notification. What it returns ends that. */
  onNotification(listen: (method: string, params: unknown) => void): () => void;
  /** Is told when the server is gone; it may be started again. What it returns ends that. */
  onClosed(listen: (reason: string) => void): () => void;
  /** Ends it: nothing of it is left afterwards. */
  close(): Promise<void>;
}
