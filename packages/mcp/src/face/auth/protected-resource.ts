import type { Authenticate, AuthenticationFailure } from './authentication.ts';
import { authenticateByToken, type TokenAuthenticationOptions } from './token-authentication.ts';

/** What a client must know to get an access token for a face (RFC 9728). */
export interface ProtectedResource {
  /** The path of the metadata document. */
  readonly path: string;
  /** The metadata document. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The URL of the metadata document. */
  readonly metadata_url: string;
  /** The scopes that a client is to ask for. */
  readonly scope: string;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The metadata of the resource that a face is, at the place that RFC 9728 derives from its URL. */
export function protectedResource({
  issuer,
  resource,
  scopes = [],
  tenants,
}: TokenAuthenticationOptions): ProtectedResource {
  const { origin, pathname } = new URL(resource);
  const path = `${WELL_KNOWN}${pathname === '/' ? '' : pathname}`;
  return {
    path,
    metadata_url: `${origin}${path}`,
    // Where there is one tenant, its scope is what a client lacks; of several, nobody needs all.
    scope: [...scopes, ...(tenants.length === 1 ? tenants.map(({ scope }) => scope) : [])].join(' '),
    metadata: {
      resource,
      authorization_servers: [issuer],
      scopes_supported: [...scopes, ...tenants.map(({ scope }) => scope)],
      bearer_methods_supported: ['header'],
      resource_name: 'WCP gateway of MCP tools',
    },
  };
}

/** The `WWW-Authenticate` header of a refusal (RFC 6750, section 3; RFC 9728, section 5.1). */
export function challengeOf(failure: AuthenticationFailure, resource: ProtectedResource | null): string {
  const { error, description } = failure;
  const members = [
    ...(error === null
      ? []
      : [`error="${error}"`, `error_description="${description.replaceAll(/["\\]/g, '')}"`]),
    ...(resource === null ? [] : [`resource_metadata="${resource.metadata_url}"`]),
    ...(resource === null || resource.scope === '' ? [] : [`scope="${resource.scope}"`]),
  ];
  return members.length === 0 ? 'Bearer' : `Bearer ${members.join(', ')}`;
}

/** Keys of the Hall begin with `wcp_`; whatever else is sent is an access token. */
export function authenticateByEither(
  byKey: Authenticate,
  oauth: TokenAuthenticationOptions | undefined,
): Authenticate {
  if (oauth === undefined) return byKey;
  const byToken = authenticateByToken(oauth);
  return (authorization) => (/^bearer +wcp_/i.test(authorization ?? '') ? byKey : byToken)(authorization);
}
