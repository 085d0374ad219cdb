import { createHallClient } from '@wcp/client';
import type { Hall } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import type { Gateway } from '../../base/gateway.ts';
import { type Env, expandText } from '../../config/expand-variables.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import { authenticateByKey } from '../../face/auth/key-authentication.ts';
import type { FaceEvent } from '../../face/face-parts.ts';
import { createHttpFace, type HttpFace } from '../../face/http/http-face.ts';
import type { HoldOptions } from '../../hold/settle-hold.ts';
import { embeddedFetch } from '../../steward/embedded-fetch.ts';
import { createStewardGateway } from '../../steward/steward-gateway.ts';
import { type ListeningFaces, listenFaces, type PlacedFace } from './listen-faces.ts';

/** What faces are opened with. */
export interface FaceBase {
  readonly hall: Hall;
  readonly gateway: Gateway;
  readonly settings: GatewaySettings;
  readonly holds: HoldOptions;
  readonly env: Env;
  readonly log: (event: FaceEvent) => void;
}

/** Where agents and stewards find the gateway over HTTP. */
export const FACE_PATHS = { agents: '/mcp', stewards: '/steward' } as const;

/** Without a word of the operator, this machine alone and any port: that is for other processes of this folder. */
const USUAL_PLACE = { host: '127.0.0.1', port: 0 } as const;

/** How long a held call is waited for, from the settings. */
export function holdsOf({ wait_ms }: Pick<GatewaySettings, 'wait_ms'>) {
  return wait_ms === 0 ? {} : ({ on_hold: 'wait', wait_ms } as const);
}

/** Opens the faces over HTTP: that of agents and, where it is offered, that of stewards. */
export function openHttpFaces(base: FaceBase): Promise<ListeningFaces> {
  const { settings } = base;
  const agents: PlacedFace = { path: FACE_PATHS.agents, face: agentFace(base) };
  const stewards: PlacedFace[] = settings.steward
    ? [{ path: FACE_PATHS.stewards, face: stewardFace(base) }]
    : [];
  return listenFaces([agents, ...stewards], settings.http ?? USUAL_PLACE);
}

function agentFace({ hall, gateway, settings, holds, env, log }: FaceBase): HttpFace {
  const { oauth, hosts, origins } = settings.http ?? {};
  const create = () =>
    createHttpFace({
      gateway,
      log,
      path: FACE_PATHS.agents,
      holds,
      authenticate: authenticateByKey({ recognise: recogniserOf(hall) }),
      ...guardsOf(hosts, origins),
      ...(oauth !== undefined && { oauth: tokensOf(oauth, env) }),
    });
  try {
    return create();
  } catch (cause) {
    // What oauth says would let too much pass.
    if (!(cause instanceof TypeError)) throw cause;
    throw new WcpError('ERR_WCP_MCP_CONFIG', `mcp.json: /http/oauth: ${cause.message}`, { cause });
  }
}

function stewardFace({ hall, gateway, settings, log }: FaceBase): HttpFace {
  const { hosts, origins } = settings.http ?? {};
  const connect = (key: string) =>
    createHallClient({ url: 'http://localhost', key, fetch: embeddedFetch(hall.app) });
  return createHttpFace({
    gateway: createStewardGateway({
      connect,
      server: { name: 'wcp-steward', version: gateway.server.version },
    }),
    log,
    path: FACE_PATHS.stewards,
    authenticate: authenticateByKey({ recognise: recogniserOf(hall), role: 'steward' }),
    ...guardsOf(hosts, origins),
  });
}

function recogniserOf(hall: Hall) {
  return (authorization: string) => hall.identity.authenticate(authorization, new Date());
}

type OAuth = NonNullable<NonNullable<GatewaySettings['http']>['oauth']>;

function tokensOf({ issuer, resource, jwks_url, algorithms, tenants }: OAuth, env: Env) {
  return {
    issuer,
    resource,
    jwks_url,
    ...(algorithms !== undefined && { algorithms }),
    tenants: tenants.map(({ scope, tenant_id, key }) => ({
      scope,
      tenant_id,
      credential: expandText(key, env),
    })),
  };
}

function guardsOf(hosts: readonly string[] | undefined, origins: readonly string[] | undefined) {
  return { ...(hosts !== undefined && { hosts }), ...(origins !== undefined && { origins }) };
}
