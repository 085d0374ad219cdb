/** Every code that a thrown {@link WcpError} may carry. Denials are values and are not among them. */
export type WcpErrorCode =
  | 'ERR_WCP_CANONICAL_JSON'
  | 'ERR_WCP_DOCUMENT'
  | 'ERR_WCP_KEY'
  | 'ERR_WCP_PACKAGE'
  | 'ERR_WCP_MANIFEST'
  | 'ERR_WCP_MERKLE_RANGE'
  | 'ERR_WCP_TILES'
  | 'ERR_WCP_ARCHIVE'
  | 'ERR_WCP_CHECKPOINT'
  | 'ERR_WCP_CONFORMANCE'
  | 'ERR_WCP_RECEIPT'
  | 'ERR_WCP_STORE'
  | 'ERR_WCP_STORE_TAMPERED'
  | 'ERR_WCP_LOG_KEY'
  | 'ERR_WCP_SIGNER'
  | 'ERR_WCP_CLOCK'
  | 'ERR_WCP_AGENT'
  | 'ERR_WCP_DEPLOYMENT'
  | 'ERR_WCP_EGRESS'
  | 'ERR_WCP_HALL'
  | 'ERR_WCP_MCP_CONFIG'
  | 'ERR_WCP_MCP_REFUSED'
  | 'ERR_WCP_MCP_SELF_TEST'
  | 'ERR_WCP_HALL_ANSWER'
  | 'ERR_WCP_HALL_TIMEOUT'
  | 'ERR_WCP_HALL_UNREACHABLE'
  | 'ERR_WCP_NOT_A_HALL'
  | 'ERR_WCP_POLICY'
  | 'ERR_WCP_POLICY_ANSWER'
  | 'ERR_WCP_POLICY_ENGINE'
  | 'ERR_WCP_WORKER'
  | 'ERR_WCP_SANDBOX'
  | 'ERR_WCP_NOT_CONTAINED'
  | 'ERR_WCP_NOT_INSTALLED';

/**
 * Thrown for misuse of a function, never for a denial. Tell errors apart by `code`; the message is
 * for people and may change.
 *
 * @example
 * import { canonicalJson, WcpError } from '@wcp/spec';
 *
 * try {
 *   canonicalJson(Number.NaN);
 * } catch (error) {
 *   if (error instanceof WcpError) console.log(error.code); // ERR_WCP_CANONICAL_JSON
 * }
 */
export class WcpError extends Error {
  readonly code: WcpErrorCode;

  constructor(code: WcpErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'WcpError';
    this.code = code;
  }
}
