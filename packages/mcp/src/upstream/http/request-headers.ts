import type { RpcMessage } from '../rpc/message.ts';
import { headerValue } from './header-value.ts';
import type { ParamHeaders } from './param-headers.ts';

/** From this revision on, headers say what the body says, and there are no sessions. */
export const FIRST_WITHOUT_SESSIONS = '2026-07-28';

/** What of a conversation goes into the headers of a request. */
export interface HeaderContext {
  /** Null before one was agreed on: then the body names it. */
  readonly revision: string | null;
  readonly session: string | null;
  /** The operator's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly params: ParamHeaders;
}

const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** The headers of a message, which agree with its body. */
export function requestHeaders(message: RpcMessage, context: HeaderContext): Record<string, string> {
  const stated = statedRevision(message);
  const revision = stated ?? context.revision;
  return {
    ...sessionHeaders({ ...context, revision }),
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(stated !== null && mirrorHeaders(message, context.params)),
  };
}

/** The headers of a request without a body. */
export function sessionHeaders({ headers, revision, session }: HeaderContext): Record<string, string> {
  return {
    // What it answers is bounded as it comes.
    'accept-encoding': 'identity',
    'user-agent': 'wcp-mcp',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(revision !== null && { 'mcp-protocol-version': revision }),
    ...(session !== null && { 'mcp-session-id': session }),
  };
}

function mirrorHeaders({ method = '', params }: RpcMessage, declared: ParamHeaders): Record<string, string> {
  const member = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const name = member === undefined ? undefined : (Object(params) as Record<string, unknown>)[member];
  return {
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }),
    ...(method === 'tools/call' && declared.of(params)),
  };
}

/** The revision that the message itself states. */
function statedRevision({ params }: RpcMessage): string | null {
  const { _meta } = Object(params) as { readonly _meta?: Readonly<Record<string, unknown>> };
  const revision = _meta?.['io.modelcontextprotocol/protocolVersion'];
  return typeof revision === 'string' ? revision : null;
}
