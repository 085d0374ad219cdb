import { resolve } from 'node:path';
import { type Env, expandText, expandVariables } from '../../config/expand-variables.ts';
import type { ServerSettings } from '../../config/server-schema.ts';
import type { UpstreamSettings } from '../../upstream/settings.ts';
import { declaredCapabilities } from './server-requests.ts';

/** What all servers of a gateway share. */
export interface UpstreamBase {
  /** Relative folders are those of the gateway. */
  readonly dir: string;
  /** The environment of the gateway: only what a server's settings name of it reaches the server. */
  readonly env: Env;
  /** The file that says which processes were started. */
  readonly process_list: string;
  /** Gets each line that a server writes to standard error; an attacker's text. */
  readonly onLog: (alias: string, line: string) => void;
}

/**
 * How a server of `mcp.json` is started or reached.
 *
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` for a variable that is not set
 */
export function upstreamSettings(
  alias: string,
  server: ServerSettings,
  base: UpstreamBase,
): UpstreamSettings {
  const { url, headers = {}, limits, command = '' } = server;
  const common = {
    alias,
    client_capabilities: declaredCapabilities(server),
    ...(limits !== undefined && { limits }),
  };
  if (url !== undefined) return { ...common, url, headers: expandVariables(headers, base.env) };
  const { args = [], env = {}, cwd, envelope, isolation, binds, sandbox } = server;
  return {
    ...common,
    command: expandText(command, base.env),
    args: args.map((each) => expandText(each, base.env)),
    env: expandVariables(env, base.env),
    process_list: base.process_list,
    onLog: (line) => base.onLog(alias, line),
    ...(cwd !== undefined && { cwd: resolve(base.dir, cwd) }),
    ...(server.package !== undefined && { package: resolve(base.dir, server.package) }),
    ...(envelope !== undefined && { envelope }),
    ...(isolation !== undefined && { isolation }),
    ...(binds !== undefined && {
      binds: binds.map(({ from, to = from, writable }) => ({ from, to, writable })),
    }),
    ...(sandbox !== undefined && { sandbox_limits: sandbox }),
  };
}
