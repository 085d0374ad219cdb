import type { Channel } from './rpc/channel.ts';
import type { Peer } from './rpc/peer.ts';
import type { UpstreamLimits } from './settings.ts';
import { UpstreamError } from './upstream-error.ts';

/** What was agreed on with a server. */
export interface Agreement {
  readonly revision: string;
  readonly server: unknown;
  readonly capabilities: unknown;
  readonly instructions: unknown;
  /** Members of `_meta` that each request has to carry. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** What a negotiation stands on. */
export interface Negotiation {
  readonly peer: Peer;
  readonly channel: Channel;
  readonly limits: UpstreamLimits;
  readonly client_capabilities: Readonly<Record<string, unknown>>;
  /** The revision that was found before. */
  readonly known: string | null;
}

const CURRENT = '2026-07-28';
const WITH_HANDSHAKE = '2025-11-25';
/** Revisions with a handshake that are spoken as well. */
const OLDER: ReadonlySet<unknown> = new Set([WITH_HANDSHAKE, '2025-06-18', '2025-03-26', '2024-11-05']);
const CLIENT = { name: 'wcp-mcp', version: '0.1.0' };
const META = 'io.modelcontextprotocol';

/**
 * Agrees with a server on a revision. One that was found before is asked for first. Otherwise the current one is; and
 * where a server does not answer that, the handshake of the earlier ones is tried on the same connection, whichever
 * answer comes first.
 *
 * @throws {UpstreamError}
 */
export async function negotiate(negotiation: Negotiation): Promise<Agreement> {
  const { known } = negotiation;
  if (known !== null && OLDER.has(known)) return shakeHands(negotiation).catch(() => discover(negotiation));
  const giveUp = new AbortController();
  const discovery = discover(negotiation, giveUp.signal);
  const isLate = Symbol('late');
  const first = await Promise.race([
    discovery.catch((error: UpstreamError) => error),
    pause(negotiation.limits.probe_ms).then(() => isLate),
  ]);
  if (first === isLate) {
    const agreed = Promise.any([discovery, shakeHands(negotiation)]).catch(lastOf);
    return agreed.finally(() => giveUp.abort());
  }
  if (!(first instanceof UpstreamError)) return first as Agreement;
  if (saysNothingOfRevisions(first)) throw first;
  return shakeHands(negotiation);
}

/** Where nobody was reached, or who asks is not known, there is no use in another revision. */
function saysNothingOfRevisions({ code, message }: UpstreamError): boolean {
  if (typeof code === 'number') return false;
  const isUnauthorized = code === 'DELIVERY_HTTP_REFUSED' && message.includes('`headers`');
  return isUnauthorized || USELESS.has(code);
}

const USELESS: ReadonlySet<string> = new Set([
  'DELIVERY_UNREACHABLE',
  'DELIVERY_REDIRECTED',
  'DELIVERY_CRASHED',
  'DELIVERY_CLOSED',
]);

function lastOf(error: unknown): never {
  throw error instanceof AggregateError ? error.errors.at(-1) : error;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

async function discover(
  { peer, channel, limits, client_capabilities }: Negotiation,
  signal?: AbortSignal,
): Promise<Agreement> {
  const meta = {
    [`${META}/protocolVersion`]: CURRENT,
    [`${META}/clientInfo`]: CLIENT,
    [`${META}/clientCapabilities`]: client_capabilities,
  };
  const call = { timeout_ms: limits.start_ms, ...(signal && { signal }) };
  const said = membersOf(await peer.request('server/discover', {}, call, meta));
  const versions = said['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(CURRENT)) throw otherRevision(versions);
  channel.agree(CURRENT);
  const server = membersOf(said['_meta'])[`${META}/serverInfo`] ?? said['serverInfo'] ?? null;
  const { capabilities = {}, instructions = null } = said;
  return { revision: CURRENT, server, capabilities, instructions, meta };
}

async function shakeHands({ peer, channel, limits, client_capabilities }: Negotiation): Promise<Agreement> {
  const params = { protocolVersion: WITH_HANDSHAKE, capabilities: client_capabilities, clientInfo: CLIENT };
  const said = membersOf(await peer.request('initialize', params, { timeout_ms: limits.start_ms }));
  const revision = said['protocolVersion'];
  if (typeof revision !== 'string' || !OLDER.has(revision)) throw otherRevision(revision);
  channel.agree(revision);
  await peer.notify('notifications/initialized');
  const { serverInfo: server = null, capabilities = {}, instructions = null } = said;
  return { revision, server, capabilities, instructions, meta: {} };
}

function otherRevision(said: unknown): UpstreamError {
  const message = 'The MCP server speaks none of the revisions 2026-07-28, 2025-11-25 and the three before.';
  return new UpstreamError('DELIVERY_INVALID_RESULT', { message, data: said });
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>;
}
