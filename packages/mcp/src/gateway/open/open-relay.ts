import { WcpError } from '@wcp/spec';
import type { Gateway } from '../../base/gateway.ts';
import { openUpstream } from '../../upstream/open-upstream.ts';
import { readFolderKey } from '../folder/folder-keys.ts';
import { AGENT_TENANT, GATEWAY_LAYOUT } from '../folder/layout.ts';
import { relayGateway } from '../relay-gateway.ts';
import { findRunning } from './running-gateway.ts';

/** A relay to the gateway that has a folder. */
export interface OpenRelay {
  readonly gateway: Gateway;
  /** The key that it calls with, and the tenant for which this side takes it. */
  readonly caller: { readonly tenant_id: string; readonly credential: string; readonly key_id: string };
  /** Where the Hall's pages are. */
  readonly hall_url: string;
  close(): Promise<void>;
}

/**
 * Reaches the gateway of a folder that runs in another process; null where none does. A folder has one gateway at a time,
 * and a client may start it several times.
 *
 * @param key the caller's (default: that of the folder's agent)
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` where there is no key to call with
 * @example
 * import { openRelay } from '@wcp/mcp';
 *
 * const relay = await openRelay('gateway', { version: '1.0.0' });
 * console.log(relay === null ? 'nobody has this folder' : relay.hall_url);
 * await relay?.close();
 */
export async function openRelay(
  dir: string,
  { key, version }: { readonly key?: string | undefined; readonly version: string },
): Promise<OpenRelay | null> {
  const running = await findRunning(dir);
  if (running === null) return null;
  const credential = key ?? (await readFolderKey(dir, GATEWAY_LAYOUT.agent));
  if (credential === null) throw new WcpError('ERR_WCP_MCP_CONFIG', NO_KEY);
  const headers = { authorization: `Bearer ${credential}` };
  const upstream = await openUpstream({ alias: 'gateway', url: running.mcp_url, headers });
  return {
    gateway: relayGateway(upstream, { name: 'wcp', version }),
    // The other side knows whose key it is; nothing here depends on it.
    caller: { tenant_id: AGENT_TENANT, credential, key_id: 'relay' },
    hall_url: running.hall_url,
    close: () => upstream.close(),
  };
}

/** What to do where nobody can call. */
export const NO_KEY = `${GATEWAY_LAYOUT.agent} is not there any more. Set WCP_HALL_KEY to the key of a tenant.`;
