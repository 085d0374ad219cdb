import { RPC_CODES, RpcError, type RpcMessage, type RpcRequest } from '../../base/json-rpc.ts';
import { type Members, ownMember } from '../../base/members.ts';
import { hasEnvelope, readEnvelope } from '../envelope.ts';
import { shownError } from '../method/answer-request.ts';
import { answerModern, isSubscription, LISTEN, listenModern, type ModernRequest } from '../modern-request.ts';
import type { AnswerStream } from './answer-stream.ts';
import { accept, answerStream, type HttpExchange, type HttpParts, refuse } from './http-exchange.ts';
import { checkMirroredHeaders, checkParameterHeaders, definitionOf } from './mirrored-headers.ts';

/** The status of an error that a request brought on itself; any other error is an answer like others. */
const STATUSES: ReadonlyMap<unknown, number> = new Map([
  [RPC_CODES.methodNotFound, 404],
  [RPC_CODES.missingCapability, 400],
]);

/** Answers a message of 2026-07-28: it says everything itself, and closing its stream cancels it. */
export async function postModern(
  parts: HttpParts,
  exchange: HttpExchange,
  message: RpcMessage,
): Promise<void> {
  const { request, response } = exchange;
  if (message.kind === 'response') return refuse(response, 400, 'This revision has no responses of clients.');
  if (message.kind === 'notification') {
    const named = request.headers['mcp-method'];
    if (named === undefined || named === message.method) return accept(response);
    const error = new RpcError(
      RPC_CODES.headerMismatch,
      'The header Mcp-Method does not agree with the body.',
    );
    return refuse(response, 400, error);
  }
  if (response.destroyed) return;
  try {
    // Without it there is nothing that headers could agree with.
    if (!hasEnvelope(message.params)) readEnvelope(message.params);
    checkMirroredHeaders(request.headers, message);
    const envelope = readEnvelope(message.params);
    await checkTool(parts, exchange, message);
    const gone = new AbortController();
    const abort = () => gone.abort(new Error('The client closed the stream.'));
    parts.endings.add(abort);
    response.once('close', () => {
      parts.endings.delete(abort);
      abort();
    });
    const stream = answerStream(parts, exchange);
    const modern = {
      request: message,
      envelope,
      caller: exchange.caller,
      signal: gone.signal,
      answered: stream.answered,
      send: (sent: Members) => stream.send(sent),
    };
    await (message.method === LISTEN
      ? listen(parts, modern, stream, exchange)
      : answer(parts, modern, stream));
  } catch (error) {
    const shown = error instanceof RpcError ? error : shownError(parts.face, error, true);
    refuse(response, error instanceof RpcError ? 400 : 500, shown, { id: message.id });
  }
}

async function answer({ face }: HttpParts, modern: ModernRequest, stream: AnswerStream): Promise<void> {
  const message = await answerModern(face, modern);
  stream.finish(message, STATUSES.get(ownMember(message?.['error'], 'code')) ?? 200);
}

async function listen(
  parts: HttpParts,
  modern: ModernRequest,
  stream: AnswerStream,
  { response }: HttpExchange,
): Promise<void> {
  const opened = await listenModern(parts.face, modern);
  if (!isSubscription(opened)) return stream.finish(opened);
  if (opened.isEmpty) return stream.finish(opened.finish());
  if (modern.signal.aborted) return opened.cancel();
  const end = () => stream.finish(opened.finish());
  parts.endings.add(end);
  await new Promise<void>((resolve) => response.once('close', resolve));
  parts.endings.delete(end);
  opened.cancel();
}

/** @throws {RpcError} where headers repeat arguments otherwise than they are */
async function checkTool(
  { face }: HttpParts,
  { request, caller }: HttpExchange,
  message: RpcRequest,
): Promise<void> {
  const { name, arguments: given } = message.params;
  if (message.method !== 'tools/call' || given === undefined) return;
  const definition = definitionOf(await face.gateway.listTools(caller), name);
  if (definition !== null) checkParameterHeaders(request.headers, definition, given);
}
