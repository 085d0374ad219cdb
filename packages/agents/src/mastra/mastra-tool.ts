/** Where a run is suspended. */
interface Pausing {
  readonly toolCallId?: string;
  suspend?(payload: unknown): Promise<unknown>;
}

/** What Mastra gives a tool beside its arguments. */
export interface MastraContext {
  readonly agent?: Pausing;
  readonly workflow?: Pausing & { readonly runId?: string };
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool of Mastra, as far as it is looked at. */
export interface MastraTool {
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  execute?(args: unknown, context: MastraContext): Promise<unknown>;
}
