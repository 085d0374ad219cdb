/** Why a request to an MCP server brought no result. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** The server's JSON-RPC code, or one of {@link UPSTREAM_CODES}. */
  readonly code: number | UpstreamCode;
  /** What the server said beside its message, as received. */
  readonly data: unknown;
  /** Whether the server had the request and may have done it: null where nobody knows. */
  readonly has_run: boolean | null;

  constructor(
    code: number | UpstreamCode,
    message: string,
    { data, has_run, cause }: { readonly data?: unknown; readonly has_run: boolean | null; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.code = code;
    this.data = data;
    this.has_run = has_run;
  }
}
