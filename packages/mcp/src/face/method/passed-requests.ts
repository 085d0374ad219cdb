import type { GatewayCall } from '../../base/gateway.ts';
import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import type { Exchange } from '../exchange.ts';

/** What a client must have declared for a request of a server to be passed on to it. */
const NEEDED: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/**
 * The way of a server's requests to the client of a call. Whether a server may use it is the operator's word, which the
 * gateway keeps; here only what the client declared is passed.
 */
export function passedRequests({ ask, capabilities }: Exchange): GatewayCall['ask'] {
  if (ask === undefined) return undefined;
  return async (method, params, signal) => {
    if (!canAnswer(capabilities, method, params)) {
      throw new RpcError(RPC_CODES.methodNotFound, 'The client does not offer this.');
    }
    return ask(method, membersOf(params), signal);
  };
}

/**
 * Holds the requests of an `input_required` result to what the client declared: the server behind the gateway knows only
 * what the gateway declared.
 *
 * @throws {RpcError} `-32021`
 */
export function checkInputRequests(result: unknown, { capabilities }: Exchange): void {
  const asked = Object.values(membersOf(ownMember(result, 'inputRequests')));
  for (const request of asked) {
    const method = ownMember(request, 'method');
    if (typeof method === 'string' && canAnswer(capabilities, method, ownMember(request, 'params'))) continue;
    const needed = neededFor(method);
    throw new RpcError(RPC_CODES.missingCapability, 'The server needs what this client did not declare.', {
      requiredCapabilities: needed === undefined ? {} : { [needed]: {} },
    });
  }
}

function canAnswer(capabilities: unknown, method: string, params: unknown): boolean {
  const needed = neededFor(method);
  const declared = needed === undefined ? undefined : ownMember(capabilities, needed);
  return isObject(declared) && (needed !== 'elicitation' || hasMode(declared, params));
}

function neededFor(method: unknown): string | undefined {
  return typeof method === 'string' && Object.hasOwn(NEEDED, method) ? NEEDED[method] : undefined;
}

/** Whether a client can be asked in this way: one that names no way can show forms. */
function hasMode(elicitation: Members, params: unknown): boolean {
  const mode = ownMember(params, 'mode') ?? 'form';
  if (mode === 'form' && !Object.hasOwn(elicitation, 'url')) return true;
  return typeof mode === 'string' && isObject(ownMember(elicitation, mode));
}
