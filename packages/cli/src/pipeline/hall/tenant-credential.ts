import type { SigningKey } from '@wcp/evidence';

/** The name of the pipeline as an issuer of credentials. */
const ISSUER = 'wcp-pipeline';

/** The claims of a credential. */
interface Claims {
  readonly tenant_id: string;
  /** The origin of the Hall's log. */
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Long enough for a steward to review a held request. */
const LIFE_SECONDS = 7200;

/** A signed credential of a tenant (section 5, step 5): a JWT of an issuer that is registered at the Hall. */
export function issueCredential(key: SigningKey, { tenant_id, audience, now }: Claims): string {
  const iat = Math.floor(now / 1000);
  const header = { alg: 'EdDSA', typ: 'JWT', kid: key.keyId };
  const claims = { iss: ISSUER, sub: 'wcp pipeline', aud: audience, iat, exp: iat + LIFE_SECONDS, tenant_id };
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${key.sign(signed).toString('base64url')}`;
}

/** The registration with which a Hall accepts these credentials. */
export function issuerOf(key: SigningKey, tenant_id: string): object {
  const x = Buffer.from(key.publicKey, 'hex').toString('base64url');
  const keys = { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: key.keyId, x }] };
  return { issuer: ISSUER, tenant_id, authority: null, roles: ['tenant'], keys };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
