import { isObject, type Members } from './members.ts';

/** The id of a request; clients must never use null. */
export type RequestId = string | number;

/** A request, as received. */
export interface RpcRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: Members;
}

/** A notification, as received. */
interface RpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Members;
}

/** The answer to a request of ours. */
export interface RpcResponse {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly result: unknown;
  readonly error: unknown;
}

/** A message of a client. */
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

/** The codes of errors that a face sends of itself. */
export const RPC_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
  /** Ours: refused, where a denial cannot be a result. */
  refused: -31403,
} as const;

const MAX_ID = 256;
const MAX_METHOD = 256;

/** An error of the protocol; a denial is a result instead. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/** What a parsed value is as a message; null where it is none. */
export function readMessage(value: unknown): RpcMessage | null {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return null;
  const { id, method, params = {}, result, error } = value;
  if (method === undefined) {
    if (!isRequestId(id) || (result === undefined) === (error === undefined)) return null;
    return { kind: 'response', id, result, error };
  }
  if (typeof method !== 'string' || method.length > MAX_METHOD || !isObject(params)) return null;
  if (!Object.hasOwn(value, 'id')) return { kind: 'notification', method, params };
  return isRequestId(id) ? { kind: 'request', id, method, params } : null;
}

/** Whether a value may name a request. */
function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' ? value.length <= MAX_ID : Number.isSafeInteger(value);
}

/** The answer to a request. */
export function resultMessage(id: RequestId, result: unknown): Members {
  return { jsonrpc: '2.0', id, result };
}

/** An error as the answer to a request; without an id where the request could not be read. */
export function errorMessage(id: RequestId | null, { code, message, data }: RpcError): Members {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}

/** A notification of ours. */
export function notificationMessage(method: string, params?: unknown): Members {
  return { jsonrpc: '2.0', method, ...(params !== undefined && { params }) };
}
