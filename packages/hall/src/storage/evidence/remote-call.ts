import { WcpError, type WcpErrorCode } from '@wcp/spec';

/** A call of a method of the storage in the other thread. */
export interface RemoteCall {
  readonly id: number;
  readonly part: 'store' | 'ledger' | 'payloads' | 'storage';
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Its answer: an error crosses as its code and message, so that it can be recognised on the other side. */
export type RemoteAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: WcpErrorCode; readonly message: string } };

/** What crosses for an error. */
export function writeError(error: unknown): { readonly code: WcpErrorCode; readonly message: string } {
  if (error instanceof WcpError) return { code: error.code, message: error.message };
  return { code: 'ERR_WCP_STORE', message: 'The store failed in a way that it should not.' };
}

/** The error that crossed. */
export function readError({
  code,
  message,
}: {
  readonly code: WcpErrorCode;
  readonly message: string;
}): WcpError {
  return new WcpError(code, message);
}
