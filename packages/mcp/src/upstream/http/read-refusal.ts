import type { IncomingMessage } from 'node:http';
import type { DeliveryCode } from '@wcp/hall';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { UpstreamError } from '../upstream-error.ts';
import { contentTypeOf, readBody } from './http-exchange.ts';

const MAX_BYTES = 65_536;
const MUST_AUTHORIZE =
  'The MCP server wants to know who asks (401 or 403). Name a header that says so, from a variable of the environment: `headers`.';

/** The error in an answer that is not one of success: what it says of itself where it is JSON-RPC, else its status. */
export async function readRefusal(response: IncomingMessage, code: DeliveryCode): Promise<UpstreamError> {
  const status = response.statusCode ?? 0;
  if (status === 401 || status === 403) {
    response.destroy();
    return new UpstreamError(code, { message: MUST_AUTHORIZE });
  }
  if (status >= 400 && contentTypeOf(response) === 'application/json') return readFault(response, code);
  response.destroy();
  return new UpstreamError(code);
}

async function readFault(response: IncomingMessage, code: DeliveryCode): Promise<UpstreamError> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readBody(response, MAX_BYTES));
    const { error } = Object(parseJson(text, FOREIGN_TEXT_LIMITS)) as { readonly error?: Fault };
    if (!Number.isSafeInteger(error?.code)) return new UpstreamError(code);
    const message = typeof error?.message === 'string' ? error.message : '';
    return new UpstreamError(error?.code as number, { message, data: error?.data });
  } catch (cause) {
    return new UpstreamError(code, { cause });
  }
}

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly data?: unknown;
}
