import type { KeyObject } from 'node:crypto';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { jwtVerify } from 'jose';
import { type AuthenticationFailure, type FailedAuthentication, failed } from '../authentication.ts';
import {
  type Claims,
  type Credential,
  credentialOf,
  failureOf,
  MAX_LIFE,
  sourceOf,
  type VerifiedClaims,
} from './claims.ts';
import type { Trusted } from './issuers.ts';

/** A valid credential, or why it is not valid. */
export type CredentialReading =
  | { readonly ok: true; readonly credential: Credential }
  | ({ readonly ok: false } & FailedAuthentication);

/** What a credential is verified with. */
interface Trust {
  readonly trusted: Trusted;
  /** The Hall's own name: the origin of its log. */
  readonly audience: string;
}

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** A permit is signed with the same kind of key, but has another type and is not a credential. */
const TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;
const ALGORITHM = 'EdDSA';
/** Seconds that the clocks of an issuer and a Hall may differ. */
const CLOCK_TOLERANCE = 5;

/** What the library's errors mean here, by code, or by claim and failed check. */
const REASONS: ReadonlyMap<string, AuthenticationFailure> = new Map([
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'SIGNATURE_INVALID'],
  ['ERR_JWT_EXPIRED', 'EXPIRED'],
  ['missing', 'CLAIM_MISSING'],
  ['invalid', 'CLAIM_INVALID'],
  ['aud check_failed', 'AUDIENCE_MISMATCH'],
  ['iat check_failed', 'NOT_YET_VALID'],
  ['nbf check_failed', 'NOT_YET_VALID'],
]);

/** Verifies a signed credential, whatever the text; the caller limits its size. Never throws. */
export async function verifyCredential(text: string, trust: Trust, now: Date): Promise<CredentialReading> {
  const unverified = decode(text);
  if (unverified === null) return failed('TOKEN_MALFORMED');
  const { header, iss } = unverified;
  if (!isTokenType(header['typ'])) return failed('TYPE_NOT_ALLOWED');
  if (header['alg'] !== ALGORITHM) return failed('ALGORITHM_NOT_ALLOWED');
  const trusted = typeof iss === 'string' ? trust.trusted.get(iss) : undefined;
  if (trusted === undefined) return failed('ISSUER_UNKNOWN');
  const { issuer } = trusted;
  const source = sourceOf(issuer);
  const key = trusted.key(header['kid']);
  if (key === undefined) return failed('SIGNING_KEY_UNKNOWN', source);
  const claims = await verify(text, key, { issuer: issuer.issuer, audience: trust.audience, now });
  if (typeof claims === 'string') return failed(claims, source);
  const failure = failureOf(claims, issuer);
  if (failure !== null) return failed(failure, source);
  return { ok: true, credential: credentialOf(claims, issuer, publicKeyOf(key)) };
}

/**
 * Judges claims that were verified before as if the credential were presented again: its issuer must still be
 * trusted, with the key that signed it, and it must not have expired. Never throws.
 */
export function recallCredential(
  { key, claims }: VerifiedClaims,
  trusted: Trusted,
  now: Date,
): CredentialReading {
  const found = trusted.get(String(claims['iss']));
  if (found === undefined) return failed('ISSUER_UNKNOWN');
  const { issuer } = found;
  const source = sourceOf(issuer);
  if (!issuer.keys.keys.some(({ x }) => x === key)) return failed('SIGNING_KEY_UNKNOWN', source);
  if (!(now.getTime() < Number(claims['exp']) * 1000)) return failed('EXPIRED', source);
  const failure = failureOf(claims, issuer);
  return failure === null
    ? { ok: true, credential: credentialOf(claims, issuer, key) }
    : failed(failure, source);
}

function publicKeyOf(key: KeyObject): string {
  return String(key.export({ format: 'jwk' }).x);
}

function isTokenType(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && TYPE.test(typ));
}

/** What a credential claims about itself: used only to find the key. */
function decode(text: string): { readonly header: Claims; readonly iss: unknown } | null {
  if (!COMPACT.test(text)) return null;
  const [header, payload] = text.split('.').slice(0, 2).map(readObject);
  return header == null || payload == null ? null : { header, iss: payload['iss'] };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A part as I-JSON: of a name that occurs twice, readers would take one value or the other. Null for anything else. */
function readObject(part: string): Claims | null {
  try {
    const value = parseJson(UTF8.decode(Buffer.from(part, 'base64url')), FOREIGN_TEXT_LIMITS);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}

interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly now: Date;
}

/** The claims of a credential that this key signed and that is valid now, or why not. */
async function verify(
  text: string,
  key: KeyObject,
  expected: Expected,
): Promise<Claims | AuthenticationFailure> {
  try {
    const { payload } = await jwtVerify(text, key, {
      algorithms: [ALGORITHM],
      issuer: expected.issuer,
      audience: expected.audience,
      currentDate: expected.now,
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['sub', 'exp'],
      maxTokenAge: MAX_LIFE,
    });
    return payload;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Nothing of the library's text goes beyond this function. */
function reasonOf(error: unknown): AuthenticationFailure {
  const { code, claim, reason } = Object(error) as Readonly<Record<string, unknown>>;
  const meant = [code, reason, `${claim} ${reason}`].map((name) => REASONS.get(String(name)));
  return meant.find((found) => found !== undefined) ?? 'TOKEN_MALFORMED';
}
