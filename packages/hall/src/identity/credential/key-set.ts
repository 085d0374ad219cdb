import type { Finding } from '@wcp/spec';
import { z } from 'zod';
import { isEd25519Key } from './ed25519-key.ts';

const SET_FORM = 'keys must be a JSON Web Key Set: an object with a list "keys" of 1 to 16 public keys.';
const KEY_FORM = 'A key must be a JSON Web Key: {"kty": "OKP", "crv": "Ed25519", "x": …}.';
const X_FORM = 'x must be an Ed25519 public key: 32 bytes in base64url, and not a point of small order.';
const KID_FORM = 'kid must have 1 to 128 characters and no control characters.';
const PRIVATE_FORM =
  'This is a private key; an issuer is registered with public keys. It was not stored, but it has been sent: replace it.';

const only = <const T extends string>(name: string, value: T) =>
  z.literal(value, `${name} must be ${value}: other kinds of keys are not supported.`);

const publicKey = z.strictObject(
  {
    kty: only('kty', 'OKP'),
    crv: only('crv', 'Ed25519'),
    x: z.string(X_FORM).refine(isEd25519Key, X_FORM),
    kid: z
      .string(KID_FORM)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u, KID_FORM)
      .optional(),
    // Accepted because other tools write them, and not stored: these keys verify EdDSA and nothing else.
    alg: z.enum(['EdDSA', 'Ed25519'], 'alg must be EdDSA, or absent.').optional(),
    use: only('use', 'sig').optional(),
    key_ops: z.tuple([z.literal('verify')], 'key_ops must be ["verify"], or absent.').optional(),
    ext: z.boolean('ext must be true or false, or absent.').optional(),
    d: z.never(PRIVATE_FORM).optional(),
  },
  KEY_FORM,
);

/** A public key that an issuer signs with. */
interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid?: string;
}

/** The public keys of an issuer. */
export interface KeySet {
  readonly keys: readonly PublicJwk[];
}

/** The schema of a key set; only the members of {@link PublicJwk} are stored. */
export const keySet = z.strictObject(
  {
    keys: z
      .array(
        publicKey.transform(
          ({ kty, crv, x, kid }): PublicJwk => ({ kty, crv, x, ...(kid === undefined ? {} : { kid }) }),
        ),
        SET_FORM,
      )
      .min(1, SET_FORM)
      .max(16, SET_FORM),
  },
  SET_FORM,
);

/** A rule over the keys of a set: a credential must be able to name the one that signed it. */
export function checkKids(json: unknown): Finding[] {
  const list = (json as { keys?: { keys?: unknown } | null } | null)?.keys?.keys;
  if (!Array.isArray(list) || list.length < 2) return [];
  const kids = list.map((key) => (key as { kid?: unknown } | null)?.kid);
  if (!kids.includes(undefined) && new Set(kids).size === kids.length) return [];
  const message = 'In a set of several keys, each must have its own kid.';
  return [{ path: '/keys/keys', code: 'INVALID_VALUE', message }];
}
