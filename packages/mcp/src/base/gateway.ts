/** Who calls: known by a key of the Hall, never by what a client says of itself. */
export interface Caller {
  readonly tenant_id: string;
  /** The key itself, in memory alone. */
  readonly credential: string;
  readonly key_id: string;
}

/** What a call comes with beside its parameters. */
export interface GatewayCall {
  /** Aborted where the client cancels: that reaches the server of the tool. */
  readonly signal: AbortSignal;
  /** Gets the parameters of each progress notification, as the server sent them. */
  onProgress?(params: unknown): void;
  /** Gets the parameters of each log message of the server that belongs to this call. */
  onLog?(params: unknown): void;
  /**
   * Passes a request of the server on to the client, where the operator allows that and the client declared that it can
   * answer it; absent where the revision of the client has no such requests. Rejects where the client does not answer.
   */
  ask?(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** What the client says that it can do. */
  readonly capabilities?: unknown;
  /** The least severe log messages that it wants; null for none. */
  readonly log_level?: string | null;
  /** What the call was answered with before: the client asks for the result of a held one, or answers its server. */
  readonly request_state?: string;
  readonly input_responses?: unknown;
  /** Whether the client can be answered with a task in the place of a result. */
  readonly takes_tasks?: boolean;
}

/** How a call ended for its client. */
export type CallOutcome =
  /** The raw result: that of the server, or a denial with `isError`. */
  | { readonly kind: 'result'; readonly result: unknown }
  /** A steward must see it first, at this URL of the Hall. */
  | HeldOutcome
  /** A protocol error, such as that of an unknown tool. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data?: unknown };

/** A call that a steward must see first. */
export interface HeldOutcome {
  readonly kind: 'held';
  readonly approval_id: string;
  readonly url: string;
  readonly expires_at: string;
  readonly message: string;
  readonly request_state: string;
  /** Where the call can be followed as a task: its id. */
  readonly task_id?: string;
}

/** A request about a task. */
export interface TaskCall {
  readonly signal: AbortSignal;
  /** Whether the client can be asked to open a page. */
  readonly can_open_pages?: boolean;
}

/** The tasks that calls of tools have become, in the words of the extension `io.modelcontextprotocol/tasks`. */
export interface GatewayTasks {
  /** The task as it is now, with its result where it has ended. */
  get(caller: Caller, task_id: string, call: TaskCall): Promise<CallOutcome>;
  /** Gives it what it asked for. */
  update(caller: Caller, task_id: string, input_responses: unknown, call: TaskCall): Promise<CallOutcome>;
  /** Asks it to end; whether it does, `get` says. */
  cancel(caller: Caller, task_id: string, call: TaskCall): Promise<CallOutcome>;
}

/** The parameters of a call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly arguments?: unknown;
  readonly _meta?: unknown;
}

/** All that a face knows of the Hall and of the servers behind it. */
export interface Gateway {
  readonly server: { readonly name: string; readonly version: string };
  /** What is offered beside tools: `resources`, `prompts`, `completions`, `logging` (default: none of them). */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly instructions?: string;
  /** The pinned definitions, under the names that clients see. */
  listTools(caller: Caller): Promise<readonly unknown[]>;
  callTool(caller: Caller, params: ToolCall, call: GatewayCall): Promise<CallOutcome>;
  /** Whatever else a client asks for: `resources/*`, `prompts/*`, `completion/complete`. */
  request(caller: Caller, method: string, params: unknown, call: GatewayCall): Promise<CallOutcome>;
  /** Absent where no call becomes a task. */
  readonly tasks?: GatewayTasks;
  /** @returns a function that ends it */
  onListChanged(listen: (kind: ListKind) => void): () => void;
  /** Lets servers log what is at least this severe; what a client gets of that is the face's affair. */
  useLogLevel?(level: string): void;
  /** Resources that somebody subscribed to and that changed. @returns a function that ends it */
  onResourceUpdated?(listen: (params: unknown) => void): () => void;
}

/** The lists that may change. */
export type ListKind = 'tools' | 'resources' | 'prompts';
