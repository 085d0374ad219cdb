import { createRemoteJWKSet, customFetch, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { ProblemError } from '../../../base/problem.ts';
import { answeredObject } from '../bounded-json.ts';

/** Who signs what the Bot Connector sends. */
export interface ConnectorIdentity {
  /** The id of the bot's registration: the audience. */
  readonly app_id: string;
  /** Default `https://login.botframework.com/v1/.well-known/keys`. */
  readonly keys_url?: string;
}

const ISSUER = 'https://api.botframework.com';
const KEYS = 'https://login.botframework.com/v1/.well-known/keys';
const CHANNEL = 'msteams';
/** What the Bot Connector's documentation allows for. */
const SKEW_S = 300;

/**
 * Verifies the tokens of the Bot Connector: its signature with a key that is endorsed for Teams, its issuer, that it is
 * for this bot and not expired. Returns its claims.
 */
export function connectorVerifier({ app_id, keys_url = KEYS }: ConnectorIdentity) {
  const keys = createRemoteJWKSet(new URL(keys_url), { [customFetch]: boundedFetch });
  return async (authorization: unknown, now: Date): Promise<JWTPayload> => {
    const token =
      typeof authorization === 'string' ? /^Bearer (\S{1,16384})$/.exec(authorization)?.[1] : undefined;
    if (token === undefined) throw unauthenticated();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: ISSUER,
        audience: app_id,
        algorithms: ['RS256', 'ES256'],
        requiredClaims: ['exp'],
        clockTolerance: SKEW_S,
        currentDate: now,
      });
      const { kid } = decodeProtectedHeader(token);
      const key = keys.jwks()?.keys.find((each) => each.kid === kid) as
        | { endorsements?: unknown }
        | undefined;
      if (Array.isArray(key?.endorsements) && key.endorsements.includes(CHANNEL)) return payload;
    } catch {
      // Whatever is wrong with it, whoever sent it is not the Bot Connector.
    }
    throw unauthenticated();
  };
}

async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const keys = await answeredObject(await fetch(url, options));
  return keys === null ? new Response(null, { status: 502 }) : Response.json(keys);
}

function unauthenticated(): ProblemError {
  return new ProblemError('UNAUTHENTICATED', 'This is not signed by the Bot Connector for this bot.');
}
