import { RPC_CODES, RpcError } from '../base/json-rpc.ts';
import { isObject, type Members, ownMember } from '../base/members.ts';
import { isLogLevel } from './method/progress-relay.ts';
import { META, MODERN_REVISION } from './revisions.ts';

/** What each request of 2026-07-28 says of its client. */
export interface Envelope {
  readonly revision: string;
  readonly capabilities: Members;
  readonly log_level: string | null;
}

/** Whether a message says in its `_meta` which revision it is of: one without `initialize`. */
export function hasEnvelope(params: Members): boolean {
  return ownMember(params['_meta'], META.version) !== undefined;
}

/**
 * Reads what a request says of its client.
 *
 * @throws {RpcError} `-32602` where something is missing, `-32022` for a revision that is not served
 */
export function readEnvelope(params: Members): Envelope {
  const meta = params['_meta'];
  const revision = ownMember(meta, META.version);
  const capabilities = ownMember(meta, META.capabilities);
  const level = ownMember(meta, META.logLevel);
  if (typeof revision !== 'string') throw invalid(META.version, 'must be the revision of the protocol');
  if (revision !== MODERN_REVISION) {
    throw new RpcError(RPC_CODES.unsupportedVersion, 'Unsupported protocol version', {
      supported: [MODERN_REVISION],
      requested: revision.slice(0, 64),
    });
  }
  if (!isObject(capabilities)) throw invalid(META.capabilities, 'must be an object');
  if (level !== undefined && !isLogLevel(level)) throw invalid(META.logLevel, 'is not a log level');
  const info = ownMember(meta, META.client);
  if (info !== undefined && !isObject(info)) throw invalid(META.client, 'must be an object');
  return { revision, capabilities, log_level: level ?? null };
}

function invalid(member: string, what: string): RpcError {
  return new RpcError(RPC_CODES.invalidParams, `Invalid _meta: ${member} ${what}.`, { member });
}
