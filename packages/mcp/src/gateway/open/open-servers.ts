import { WcpError } from '@wcp/spec';
import { shownText } from '../../base/shown-text.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import type { ServerSettings } from '../../config/server-schema.ts';
import { aliasOf } from '../../tool/tool-ids.ts';
import { openUpstream } from '../../upstream/open-upstream.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { UpstreamError } from '../../upstream/upstream-error.ts';
import { type UpstreamBase, upstreamSettings } from './upstream-settings.ts';

/** A server that runs, or is reached. */
export interface OpenServer {
  readonly alias: string;
  readonly settings: ServerSettings;
  readonly upstream: Upstream;
}

/** A server that could not be started or reached. */
export interface FailedServer {
  readonly alias: string;
  /** One sentence. */
  readonly message: string;
}

/** What came of starting servers. */
export interface OpenedServers {
  readonly opened: readonly OpenServer[];
  readonly failed: readonly FailedServer[];
}

/** Starts or reaches every server; one that fails does not keep the others from serving. */
export async function openServers({ servers }: GatewaySettings, base: UpstreamBase): Promise<OpenedServers> {
  const ends = await Promise.all(
    Object.entries(servers).map(async ([key, settings]): Promise<OpenServer | FailedServer> => {
      const alias = aliasOf(key);
      try {
        return { alias, settings, upstream: await openUpstream(upstreamSettings(alias, settings, base)) };
      } catch (error) {
        return { alias, message: reasonOf(error) };
      }
    }),
  );
  return {
    opened: ends.filter((end) => 'upstream' in end),
    failed: ends.filter((end) => 'message' in end),
  };
}

/** Our own sentences; the words of a server are shown with care. */
function reasonOf(error: unknown): string {
  if (error instanceof WcpError) return error.message;
  if (error instanceof UpstreamError) return shownText(error.message, 300);
  return 'It could not be started.';
}
