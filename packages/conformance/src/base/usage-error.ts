import { WcpError } from '@wcp/spec';

/** The error of a run that cannot start: misuse or broken fixtures, exit status 2. */
export function usageError(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_CONFORMANCE', message, cause === undefined ? {} : { cause });
}
