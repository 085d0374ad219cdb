import { type RpcMessage, resultMessage } from '../../base/json-rpc.ts';
import { isServedLegacy } from '../revisions.ts';
import { accept, answerStream, type HttpExchange, type HttpParts, refuse } from './http-exchange.ts';
import type { HttpSession } from './http-sessions.ts';

const SESSION_HEADER = 'mcp-session-id';

/** Answers a message of 2025-11-25 and earlier, which belongs to a session or opens one. */
export async function postLegacy(
  parts: HttpParts,
  exchange: HttpExchange,
  message: RpcMessage,
): Promise<void> {
  const { request, response } = exchange;
  if (message.kind === 'request' && message.method === 'initialize') {
    if (request.headers[SESSION_HEADER] !== undefined) {
      return refuse(response, 400, 'This session is initialized already.', { id: message.id });
    }
    const opened = parts.sessions.open(exchange.caller, message.params);
    if (opened === null) {
      return refuse(response, 429, 'Too many sessions are open. End one of them first.', { id: message.id });
    }
    parts.face.log({
      event: 'session_opened',
      message: `A session with ${opened.session.revision} was opened.`,
    });
    const stream = answerStream(parts, exchange, { [SESSION_HEADER]: opened.id });
    return stream.finish(resultMessage(message.id, opened.session.welcome));
  }
  const session = findSession(parts, exchange);
  if (session === null) return;
  if (message.kind !== 'request') {
    await session.session.receive(message, () => undefined);
    return accept(response);
  }
  // A client that loses its connection has not cancelled: only its notification does.
  const stream = answerStream(parts, exchange);
  stream.open();
  stream.finish(await session.session.receive(message, (sent) => stream.send(sent)));
}

/** Opens the stream for what belongs to no request. */
export function openStream(parts: HttpParts, exchange: HttpExchange): void {
  const session = findSession(parts, exchange);
  if (session === null) return;
  if (!/text\/event-stream|\*\/\*/i.test(exchange.request.headers.accept ?? '')) {
    refuse(exchange.response, 406, 'Accept text/event-stream.');
    return;
  }
  if (session.hasStream) {
    refuse(exchange.response, 409, 'This session has a stream already.');
    return;
  }
  const stream = answerStream(parts, exchange);
  session.attach(stream);
  exchange.response.once('close', () => session.detach(stream));
}

/** Ends a session. */
export function endSession(parts: HttpParts, exchange: HttpExchange): void {
  const session = findSession(parts, exchange);
  if (session === null) return;
  parts.sessions.end(session);
  exchange.response.writeHead(204).end();
}

/** The session of a request, which is refused where there is none. */
function findSession(parts: HttpParts, { request, response, caller }: HttpExchange): HttpSession | null {
  const id = request.headers[SESSION_HEADER];
  if (id === undefined) {
    refuse(response, 400, 'The header Mcp-Session-Id is missing: send "initialize" first.');
    return null;
  }
  const session = parts.sessions.find(id, caller);
  if (session === null) {
    refuse(response, 404, 'There is no such session. Send "initialize" again.');
    return null;
  }
  const revision = request.headers['mcp-protocol-version'];
  if (revision === undefined || (typeof revision === 'string' && isServedLegacy(revision))) return session;
  refuse(response, 400, 'This revision of the protocol is not served.');
  return null;
}
