import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { shownText } from '../../base/shown-text.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import type { ServerSettings } from '../../config/server-schema.ts';
import { aliasOf } from '../../tool/tool-ids.ts';
import { installServer } from '../../upstream/npm/install-server.ts';
import type { PackagePin } from '../../upstream/npm/package-pin.ts';
import { openUpstream } from '../../upstream/open-upstream.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { UpstreamError } from '../../upstream/upstream-error.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { keepOutOf } from './keep-out.ts';
import { type UpstreamBase, upstreamSettings } from './upstream-settings.ts';

/** A server that runs, or is reached. */
export interface OpenServer {
  readonly alias: string;
  readonly settings: ServerSettings;
  readonly upstream: Upstream;
  /** The package that was installed for it; null where none was. */
  readonly pin: PackagePin | null;
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
        return { alias, settings, ...(await openServer(alias, settings, base)) };
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

async function openServer(
  alias: string,
  server: ServerSettings,
  base: UpstreamBase,
): Promise<Pick<OpenServer, 'upstream' | 'pin'>> {
  const settings = upstreamSettings(alias, server, base);
  if ('url' in settings) return { upstream: await openUpstream(settings), pin: null };
  await keepOutOf(base.dir, settings);
  const dir = join(base.dir, GATEWAY_LAYOUT.packages, alias);
  const { install = 'pinned' } = server;
  const { settings: installed, pin } = await installServer(settings, { dir, install, env: base.env });
  return { upstream: await openUpstream(installed), pin };
}

/** Our own sentences; the words of a server are shown with care. */
function reasonOf(error: unknown): string {
  if (error instanceof WcpError) return error.message;
  if (error instanceof UpstreamError) return shownText(error.message, 600);
  return 'It could not be started.';
}
