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
    const needed = Object.hasOwn(NEEDED, method) ? NEEDED[method] : undefined;
    const declared = needed === undefined ? undefined : ownMember(capabilities, needed);
    if (!isObject(declared) || !(needed !== 'elicitation' || hasMode(declared, params))) {
      throw new RpcError(RPC_CODES.methodNotFound, 'The client does not offer this.');
    }
    return ask(method, membersOf(params), signal);
  };
}

/** Whether a client can be asked in this way: one that names no way can show forms. */
function hasMode(elicitation: Members, params: unknown): boolean {
  const mode = ownMember(params, 'mode') ?? 'form';
  if (mode === 'form' && !Object.hasOwn(elicitation, 'url')) return true;
  return typeof mode === 'string' && isObject(ownMember(elicitation, mode));
}
