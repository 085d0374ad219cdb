import { errorMessage, RPC_CODES, RpcError, type RpcRequest, resultMessage } from '../../base/json-rpc.ts';
import type { Members } from '../../base/members.ts';
import { shownText } from '../../base/shown-text.ts';
import type { Exchange } from '../exchange.ts';
import type { FaceParts } from '../face-parts.ts';
import { runMethod } from './methods.ts';

const MAX_MESSAGE = 2_000;

/** The answer to a request; null for one that was cancelled, which nobody waits for. Never rejects. */
export async function answerRequest(
  parts: FaceParts,
  { id, method, params }: RpcRequest,
  exchange: Exchange,
): Promise<Members | null> {
  try {
    const result = await runMethod(parts, method, params, exchange);
    return exchange.signal.aborted ? null : resultMessage(id, result);
  } catch (error) {
    if (exchange.signal.aborted) return null;
    return errorMessage(id, shownError(parts, error, exchange.isModern));
  }
}

/** What of an error a client gets: one of the protocol with its words, of any other only that there was one. */
export function shownError(parts: FaceParts, error: unknown, isModern: boolean): RpcError {
  if (!(error instanceof RpcError)) {
    const name = error instanceof Error ? error.name : typeof error;
    parts.log({
      event: 'internal_error',
      message: `A request failed inside the gateway (${shownText(name, 64)}).`,
    });
    return new RpcError(
      RPC_CODES.internal,
      'The gateway failed; whether the call ran is in the receipts of the Hall.',
    );
  }
  const code = isModern ? modernCode(error.code) : error.code;
  return new RpcError(code, error.message.slice(0, MAX_MESSAGE), error.data);
}

/** Codes of earlier revisions, and of servers that use what the protocol keeps for itself, become ones that it has. */
function modernCode(code: number): number {
  if (code === -32002) return RPC_CODES.invalidParams;
  if (code === RPC_CODES.missingCapability) return code;
  return code === -32042 || (code <= -32020 && code >= -32099) ? RPC_CODES.internal : code;
}
