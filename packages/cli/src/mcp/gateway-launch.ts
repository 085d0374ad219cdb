import type { GatewayLaunch } from '@wcp/mcp';

/**
 * How a client starts the gateway of a folder: with this very program, because clients that were not started from a shell
 * have another PATH.
 */
export function gatewayLaunch(dir: string): GatewayLaunch {
  return { command: process.execPath, args: [process.argv[1] ?? 'wcp', 'mcp', 'serve', dir] };
}
