import { FOREIGN_TEXT_LIMITS, inexactNumber, parseUniqueJson } from '@wcp/spec/json';
import { type RequestId, RPC_CODES, RpcError, type RpcMessage, readMessage } from './json-rpc.ts';

/** A message, or the error that answers a text which is none. */
export type MessageReading =
  | { readonly ok: true; readonly message: RpcMessage }
  | { readonly ok: false; readonly error: RpcError; readonly id: RequestId | null };

/**
 * Reads the text of one message. Two members of one name and an integer that a double does not hold are refused: what
 * is decided about and approved would otherwise differ from what was sent.
 */
export function readMessageText(text: string): MessageReading {
  let value: unknown;
  try {
    value = parseUniqueJson(text, FOREIGN_TEXT_LIMITS);
  } catch {
    return failed(
      new RpcError(
        RPC_CODES.parse,
        'The message is not JSON, is nested too deeply, or names a member twice.',
      ),
    );
  }
  const message = readMessage(value);
  if (message === null) {
    const about = Array.isArray(value)
      ? 'Send one message at a time: batches are not supported.'
      : NOT_A_MESSAGE;
    return failed(new RpcError(RPC_CODES.invalidRequest, about));
  }
  const inexact = inexactNumber(text);
  if (inexact === null) return { ok: true, message };
  const error = new RpcError(RPC_CODES.invalidParams, inexact.message, {
    path: inexact.path,
    code: inexact.code,
  });
  return { ok: false, error, id: message.kind === 'request' ? message.id : null };
}

const NOT_A_MESSAGE = 'This is not a JSON-RPC 2.0 request, notification or response.';

function failed(error: RpcError): MessageReading {
  return { ok: false, error, id: null };
}
