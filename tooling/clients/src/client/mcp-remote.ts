import type { Connection, Target } from './client.ts';
import { bin, PATH } from './programs.ts';
import { sdkV1 } from './sdk.ts';

/** It reaches an address for a client that only starts commands; that of the SDK, here. */
export function mcpRemote(target: Target, home: string): Promise<Connection> | null {
  if (target.kind === 'stdio') return null;
  const header = `Authorization:${target.headers.Authorization}`;
  const args = [target.url, '--allow-http', '--transport', 'http-only', '--header', header];
  return sdkV1({ kind: 'stdio', command: bin('mcp-remote'), args, env: { PATH, HOME: home } });
}
