import { DELIVERY_CODES, type DeliveryCode } from '@wcp/hall';

/** What an error of an MCP server says beside its code. */
interface ErrorDetails {
  /** The server's own words, which are an attacker's (default: the sentence of the code). */
  readonly message?: string;
  /** What the server said beside its message, as received. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * Why a request to an MCP server brought no result: an error that the server answered, with its JSON-RPC code, or
 * one of the codes by which a delivery ends.
 *
 * @example
 * import { openUpstream, UpstreamError } from '@wcp/mcp';
 *
 * const files = await openUpstream({ alias: 'files', command: 'mcp-server-files', args: ['/srv'] });
 * try {
 *   await files.request('tools/call', { name: 'read_file', arguments: { path: '/srv/a.txt' } });
 * } catch (error) {
 *   if (error instanceof UpstreamError) console.log(error.code, error.has_run);
 * }
 */
export class UpstreamError extends Error {
  readonly code: number | DeliveryCode;
  readonly data: unknown;
  /** Whether the server did, or may have begun to do, what was asked: null where nobody knows. */
  readonly has_run: boolean | null;

  constructor(code: number | DeliveryCode, { message, data, cause }: ErrorDetails = {}) {
    super(message ?? (typeof code === 'string' ? DELIVERY_CODES[code].message : ''), { cause });
    this.name = 'UpstreamError';
    this.code = code;
    this.data = data;
    this.has_run = hasRun(code);
  }
}

/** The server answered, so it ran: only what it answered was refused. */
const ANSWERED: ReadonlySet<string> = new Set<DeliveryCode>([
  'DELIVERY_ANSWER_TOO_LARGE',
  'DELIVERY_INVALID_RESULT',
  'DELIVERY_JUNK',
  'DELIVERY_NUMBER_NOT_EXACT',
]);

/** What an untrusted server calls an error says nothing about what it did before. */
function hasRun(code: number | DeliveryCode): boolean | null {
  if (typeof code === 'number') return null;
  if (!DELIVERY_CODES[code].started) return false;
  return ANSWERED.has(code) ? true : null;
}

/** What was thrown, as an error of this kind. */
export function upstreamError(thrown: unknown, code: DeliveryCode): UpstreamError {
  return thrown instanceof UpstreamError ? thrown : new UpstreamError(code, { cause: thrown });
}
