import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import { TASKS_CAPABILITY } from '../../base/tasks-extension.ts';
import type { Exchange } from '../exchange.ts';
import type { FaceParts } from '../face-parts.ts';
import { META, MODERN_REVISION } from '../revisions.ts';
import { governedCall } from './governed-call.ts';
import { isLogLevel } from './progress-relay.ts';
import { shownResult } from './shown-result.ts';
import { cancelTask, getTask, updateTask } from './task-methods.ts';

/** What a method does; it throws an {@link RpcError} for what it refuses. */
type Handle = (parts: FaceParts, params: Members, exchange: Exchange) => Members | Promise<Members>;

interface Method {
  /** The revisions that have it (default: all). */
  readonly era?: 'modern' | 'legacy';
  /** The capability without which it does not exist. */
  readonly needs?: string;
  readonly handle: Handle;
}

/** What clients may ask for, a row a method. `initialize` and `subscriptions/listen` belong to their connections. */
const METHODS: Readonly<Record<string, Method>> = {
  'server/discover': { era: 'modern', handle: discover },
  ping: { era: 'legacy', handle: () => ({}) },
  'tools/list': { handle: listTools },
  'tools/call': { handle: callTool },
  'resources/list': { needs: 'resources', handle: passed('resources/list', true) },
  'resources/templates/list': { needs: 'resources', handle: passed('resources/templates/list', true) },
  'resources/read': { needs: 'resources', handle: passed('resources/read', true) },
  'resources/subscribe': { era: 'legacy', needs: 'resources', handle: subscribe },
  'resources/unsubscribe': { era: 'legacy', needs: 'resources', handle: unsubscribe },
  'prompts/list': { needs: 'prompts', handle: passed('prompts/list', true) },
  'prompts/get': { needs: 'prompts', handle: passed('prompts/get', false) },
  'completion/complete': { needs: 'completions', handle: passed('completion/complete', false) },
  'tasks/get': { era: 'modern', needs: 'extensions', handle: getTask },
  'tasks/update': { era: 'modern', needs: 'extensions', handle: updateTask },
  'tasks/cancel': { era: 'modern', needs: 'extensions', handle: cancelTask },
  'logging/setLevel': { era: 'legacy', needs: 'logging', handle: setLogLevel },
};

/**
 * Answers a request with its result.
 *
 * @throws {RpcError}
 */
export async function runMethod(
  parts: FaceParts,
  name: string,
  params: Members,
  exchange: Exchange,
): Promise<Members> {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  const era = exchange.isModern ? 'modern' : 'legacy';
  const isThere =
    method !== undefined &&
    (method.era ?? era) === era &&
    (method.needs === undefined || Object.hasOwn(capabilitiesOf(parts, exchange.isModern), method.needs));
  if (!isThere) throw new RpcError(RPC_CODES.methodNotFound, 'This method is not offered.');
  return method.handle(parts, params, exchange);
}

/** What this face can do, for `initialize` and `server/discover`. */
export function capabilitiesOf({ gateway }: Pick<FaceParts, 'gateway'>, isModern: boolean): Members {
  const { resources, prompts, completions, logging } = gateway.capabilities ?? {};
  const offered = Object.entries({ resources, prompts, completions, logging });
  return {
    tools: { listChanged: true },
    ...(isModern && gateway.tasks !== undefined && TASKS_CAPABILITY),
    ...Object.fromEntries(offered.filter(([, value]) => isObject(value))),
  };
}

/** Lists come whole: no cursor is ever given. */
const NO_PAGE = 'There is no such page of the list.';

function discover(parts: FaceParts, _: Members, exchange: Exchange): Members {
  const { instructions } = parts.gateway;
  const result = {
    supportedVersions: [MODERN_REVISION],
    capabilities: capabilitiesOf(parts, true),
    ...(instructions !== undefined && { instructions }),
  };
  return shownResult(result, parts, exchange, parts.list_ttl_ms);
}

async function listTools(parts: FaceParts, { cursor }: Members, exchange: Exchange): Promise<Members> {
  if (cursor !== undefined) throw new RpcError(RPC_CODES.invalidParams, NO_PAGE);
  const tools = await parts.gateway.listTools(exchange.caller);
  return shownResult({ tools }, parts, exchange, parts.list_ttl_ms);
}

async function callTool(parts: FaceParts, params: Members, exchange: Exchange): Promise<Members> {
  const { name, arguments: given } = params;
  if (typeof name !== 'string') throw new RpcError(RPC_CODES.invalidParams, 'The name of a tool is missing.');
  if (given !== undefined && !isObject(given)) {
    throw new RpcError(RPC_CODES.invalidParams, 'The arguments of a tool are an object.');
  }
  const tool = { name, ...(given !== undefined && { arguments: given }), ...metaOf(params) };
  const call = {
    subject: name,
    isTool: true,
    mayAskAgain: true,
    arguments: given,
    params,
    run: parts.gateway.callTool.bind(parts.gateway, exchange.caller, tool),
  };
  return shownResult(await governedCall(parts, call, exchange), parts, exchange, null);
}

/** A method whose result is that of the server behind the gateway. */
function passed(method: string, isKept: boolean): Handle {
  return async (parts, params, exchange) => {
    if (params['cursor'] !== undefined) throw new RpcError(RPC_CODES.invalidParams, NO_PAGE);
    const { requestState: _, inputResponses: __, _meta: ___, ...asked } = params;
    const passing = { ...asked, ...metaOf(params) };
    const call = {
      subject: method,
      isTool: false,
      mayAskAgain: method === 'resources/read' || method === 'prompts/get',
      arguments: asked,
      params,
      run: parts.gateway.request.bind(parts.gateway, exchange.caller, method, passing),
    };
    const raw = await governedCall(parts, call, exchange);
    return shownResult(raw, parts, exchange, isKept ? 0 : null);
  };
}

async function subscribe(parts: FaceParts, params: Members, exchange: Exchange): Promise<Members> {
  const result = await passed('resources/subscribe', false)(parts, params, exchange);
  if (typeof params['uri'] === 'string') exchange.subscribed?.add(params['uri']);
  return result;
}

async function unsubscribe(parts: FaceParts, params: Members, exchange: Exchange): Promise<Members> {
  if (typeof params['uri'] === 'string') exchange.subscribed?.delete(params['uri']);
  return passed('resources/unsubscribe', false)(parts, params, exchange);
}

function setLogLevel({ gateway }: FaceParts, { level }: Members, exchange: Exchange): Members {
  if (!isLogLevel(level)) throw new RpcError(RPC_CODES.invalidParams, 'There is no such log level.');
  exchange.setLogLevel?.(level);
  gateway.useLogLevel?.(level);
  return {};
}

/** What a client's `_meta` says beside the protocol, such as the trace that the call belongs to. */
function metaOf(params: Members): { readonly _meta?: Members } {
  const known: readonly string[] = Object.values(META);
  const rest = Object.entries(membersOf(ownMember(params, '_meta'))).filter(
    ([name]) => !known.includes(name),
  );
  return rest.length === 0 ? {} : { _meta: Object.fromEntries(rest) };
}
