import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Hall } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import type { Gateway } from '../../base/gateway.ts';
import { ownMember } from '../../base/members.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import type { HoldOptions } from '../../hold/settle-hold.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { readText } from '../folder/read-text.ts';
import type { Closing } from './closing.ts';
import { FACE_PATHS, openHttpFaces } from './open-faces.ts';
import type { OpenGateway, OpenGatewayOptions } from './open-gateway-options.ts';
import { noteRunning } from './running-gateway.ts';

/** What listens. */
export interface ListeningParts {
  readonly options: OpenGatewayOptions;
  readonly settings: GatewaySettings;
  readonly hall: Hall;
  readonly gateway: Gateway;
  readonly holds: HoldOptions;
  readonly closing: Closing;
}

/** Opens the pages of the Hall for stewards, and the faces over HTTP. */
export async function listenAll(parts: ListeningParts): Promise<NonNullable<OpenGateway['urls']>> {
  const { options, settings, hall, gateway, holds, closing } = parts;
  const { dir, env, log } = options;
  const hall_url = await listenHall(dir, hall);
  const faces = await openHttpFaces({
    hall,
    gateway,
    settings,
    holds,
    env,
    log: ({ event, message }) => log(LEVELS[event] ?? 'info', message),
  });
  closing.add(() => faces.close());
  const agents = `${faces.url}${FACE_PATHS.agents}`;
  closing.add(await noteRunning(dir, { pid: process.pid, mcp_url: agents, hall_url }));
  return { hall: hall_url, agents, stewards: settings.steward ? `${faces.url}${FACE_PATHS.stewards}` : null };
}

const LEVELS: Readonly<Record<string, 'warn' | 'error'>> = {
  internal_error: 'error',
  unauthenticated: 'warn',
};

/** Where `server.json` says, or at any port of the same host where that one is taken. */
async function listenHall(dir: string, { app }: Hall): Promise<string> {
  const { host, port } = await placeOf(dir);
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') {
      const message = `The Hall cannot listen on port ${port} of ${host} (${code ?? 'unknown'}). Change host and port in server.json.`;
      throw new WcpError('ERR_WCP_MCP_CONFIG', message, { cause: error });
    }
    await app.listen({ host, port: 0 });
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

/** The Hall has read the file already, and found it valid. */
async function placeOf(dir: string): Promise<{ readonly host: string; readonly port: number }> {
  const settings: unknown = JSON.parse((await readText(join(dir, GATEWAY_LAYOUT.server))) ?? '{}');
  const [host, port] = [ownMember(settings, 'host'), ownMember(settings, 'port')];
  return {
    host: typeof host === 'string' ? host : '127.0.0.1',
    port: typeof port === 'number' ? port : 7420,
  };
}
