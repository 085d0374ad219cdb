import { WcpError } from '@wcp/spec';

/** Options with which no program can be started, contained or not. */
export function misuse(message: string): WcpError {
  return new WcpError('ERR_WCP_SANDBOX', message);
}

/** This machine, as it is, cannot enforce what was asked for. */
export function notContained(reason: string, remedy: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_NOT_CONTAINED', `${reason} ${remedy}`.trim(), { cause });
}
