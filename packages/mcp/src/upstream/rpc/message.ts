import { WcpError } from '@wcp/spec';
import { FOREIGN_TEXT_LIMITS, inexactNumber, lineOf, parseJson } from '@wcp/spec/json';
import { UpstreamError } from '../upstream-error.ts';

/** What tells requests apart. */
export type RpcId = string | number;

/** A message of JSON-RPC as this side writes it. */
export interface RpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: RpcId;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A message of the server. Its members are an attacker's. */
export type ReceivedMessage =
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: RpcId; readonly result: unknown; readonly isExact: boolean }
  | { readonly kind: 'error'; readonly id: RpcId; readonly error: RpcFault };

/** An error of JSON-RPC, as the server sent it. */
interface RpcFault {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** A message as one line for every reader. @throws {UpstreamError} for one that is too long, or no JSON */
export function writeMessage(message: RpcMessage, longest: number): string {
  const line = jsonLine(message);
  if (Buffer.byteLength(line) > longest) throw new UpstreamError('DELIVERY_CALL_TOO_LARGE');
  return line;
}

function jsonLine(message: RpcMessage): string {
  try {
    return lineOf(JSON.stringify(message));
  } catch (cause) {
    throw new UpstreamError('DELIVERY_CALL_INVALID', { cause });
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The messages in bytes that the server wrote: one, or the list of an old revision. What is in a list and no message
 * is left out.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for bytes that are not UTF-8, no JSON of a bearable size and depth, or
 * not a message
 */
export function readMessages(bytes: Uint8Array): ReceivedMessage[] {
  const text = decoded(bytes);
  const value = parseJson(text, FOREIGN_TEXT_LIMITS);
  const isExact = inexactNumber(text) === null;
  if (Array.isArray(value)) return value.flatMap((one) => readMessage(one, isExact) ?? []);
  const message = readMessage(value, isExact);
  if (message === null) throw junk();
  return [message];
}

function decoded(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw junk(cause);
  }
}

function junk(cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_CANONICAL_JSON', 'This is not a message of JSON-RPC.', { cause });
}

/** Null for what is no message. */
function readMessage(value: unknown, isExact: boolean): ReceivedMessage | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { id, method, params, result, error } = value as Partial<Record<keyof RpcMessage, unknown>>;
  const isNamed = typeof id === 'string' || typeof id === 'number';
  if (typeof method === 'string') {
    return isNamed ? { kind: 'request', id, method, params } : { kind: 'notification', method, params };
  }
  if (!isNamed) return null;
  if (error !== undefined) return { kind: 'error', id, error: readFault(error) };
  return result === undefined ? null : { kind: 'result', id, result, isExact };
}

const INTERNAL_ERROR = -32_603;

function readFault(error: unknown): RpcFault {
  const { code, message, data } = Object(error) as Partial<Record<keyof RpcFault, unknown>>;
  return {
    code: Number.isSafeInteger(code) ? (code as number) : INTERNAL_ERROR,
    message: typeof message === 'string' ? message : '',
    data,
  };
}
