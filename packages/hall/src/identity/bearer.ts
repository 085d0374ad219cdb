/** The longest key or credential, in bytes: both are ASCII. */
export const MAX_TOKEN_LENGTH = 8192;

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const SCHEME_LENGTH = 'Bearer '.length;

/**
 * The one token of an `Authorization` header, or null for anything else. The header is an attacker's.
 *
 * @example readBearer('Bearer wcp_…') // 'wcp_…'
 */
export function readBearer(header: string): string | null {
  if (header.length > SCHEME_LENGTH + MAX_TOKEN_LENGTH) return null;
  return BEARER.exec(header)?.[1] ?? null;
}
