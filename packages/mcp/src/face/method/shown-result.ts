import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf } from '../../base/members.ts';
import type { Exchange } from '../exchange.ts';
import type { FaceParts } from '../face-parts.ts';
import { META } from '../revisions.ts';

/**
 * A result as its client gets it: as it came, under the identity of this gateway. With 2026-07-28 it says what it is,
 * and a list or a resource how long it may be kept: never in a cache that callers share, because what one of them may
 * see depends on its key.
 *
 * @param ttl_ms for what clients may keep; null for what they must not
 * @throws {RpcError} for a result that the client's revision does not know
 */
export function shownResult(
  raw: unknown,
  { gateway }: Pick<FaceParts, 'gateway'>,
  { isModern }: Pick<Exchange, 'isModern'>,
  ttl_ms: number | null,
): Members {
  if (!isObject(raw)) throw new RpcError(RPC_CODES.internal, 'The server gave no result.');
  return isModern ? modern(raw, gateway.server, ttl_ms) : legacy(raw, gateway.server);
}

function modern(raw: Members, server: unknown, ttl_ms: number | null): Members {
  const { resultType = 'complete', ttlMs } = raw;
  const ttl = Number.isSafeInteger(ttlMs) && Number(ttlMs) >= 0 ? ttlMs : ttl_ms;
  return {
    ...raw,
    resultType,
    _meta: { ...membersOf(raw['_meta']), [META.server]: server },
    ...(ttl_ms !== null && resultType === 'complete' && { ttlMs: ttl, cacheScope: 'private' }),
  };
}

function legacy(raw: Members, server: unknown): Members {
  const { resultType = 'complete', _meta: meta } = raw;
  if (resultType !== 'complete') {
    throw new RpcError(
      RPC_CODES.internal,
      'The server asks for input in a way that this revision of the protocol does not have.',
    );
  }
  return isObject(meta) && Object.hasOwn(meta, META.server)
    ? { ...raw, _meta: { ...meta, [META.server]: server } }
    : raw;
}
