/** What the SDK gives a handler beside the arguments. */
export interface CallExtra {
  readonly signal?: AbortSignal;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** A tool of an MCP server in this process, as far as it is looked at. */
export interface ClaudeTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  handler(args: unknown, extra: unknown): Promise<unknown>;
}
