import { openHttp } from './http/http-channel.ts';
import type { ParamHeaders } from './http/param-headers.ts';
import { type Agreement, negotiate } from './negotiate.ts';
import type { Channel } from './rpc/channel.ts';
import { Peer } from './rpc/peer.ts';
import { limitsOf, type UpstreamSettings } from './settings.ts';
import type { PackageBytes } from './stdio/package-bytes.ts';
import { openStdio } from './stdio/stdio-channel.ts';
import type { UpstreamError } from './upstream-error.ts';

/** A server that has said what it is. */
export interface Connection extends Agreement {
  readonly peer: Peer;
  readonly channel: Channel;
}

/** What a connection is made with. */
export interface ConnectOptions {
  readonly settings: UpstreamSettings;
  readonly bytes: PackageBytes | null;
  readonly params: ParamHeaders;
  /** The revision that was found before; null for none. */
  readonly known: string | null;
  /** Gives up. */
  readonly signal: AbortSignal;
  onNotification(method: string, params: unknown): void;
  /** Called once for a connection that was made. */
  onClosed(reason: string): void;
}

const WITH_HANDSHAKE = '2025-11-25';

/** Starts or reaches a server, and agrees with it on a revision. @throws {UpstreamError} */
export async function connect(options: ConnectOptions): Promise<Connection> {
  try {
    return await connectOnce(options);
  } catch (error) {
    // Some servers end at the first message that they do not know.
    if (options.known !== null || (error as UpstreamError).code !== 'DELIVERY_CRASHED') throw error;
    return connectOnce({ ...options, known: WITH_HANDSHAKE });
  }
}

async function connectOnce(options: ConnectOptions): Promise<Connection> {
  const { settings, known } = options;
  const limits = limitsOf(settings);
  let isMade = false;
  const peer = new Peer({
    limits,
    onNotification: options.onNotification,
    onClosed: (reason) => isMade && options.onClosed(reason),
  });
  const channel = await openChannel(options, peer);
  peer.use(channel);
  const giveUp = () => void channel.close();
  options.signal.addEventListener('abort', giveUp);
  try {
    const client_capabilities = settings.client_capabilities ?? {};
    const agreement = await negotiate({ peer, channel, limits, client_capabilities, known });
    channel.listen();
    isMade = true;
    return { ...agreement, peer, channel };
  } catch (error) {
    await channel.close();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', giveUp);
  }
}

async function openChannel({ settings, bytes, params }: ConnectOptions, peer: Peer): Promise<Channel> {
  return 'url' in settings ? openHttp(settings, params, peer) : openStdio(settings, bytes, peer);
}
