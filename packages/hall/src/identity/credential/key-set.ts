import type { Finding } from '@wcp/spec';
import { z } from 'zod';
import { isEd25519Key } from './ed25519-key.ts';

const SET_FORM = 'keys is a JSON Web Key Set: an object with a list "keys" of 1 to 16 public keys.';
const KEY_FORM = 'A key is a JSON Web Key: {"kty": "OKP", "crv": "Ed25519", "x": …}.';
const X_FORM = 'x is an Ed25519 public key: 32 bytes in base64url, a point that is not of small order.';
const KID_FORM = 'A kid is a text of 1 to 128 characters, none of them a control character.';
const PRIVATE_FORM =
  'This is a private key: an issuer gives public keys alone. It was not kept, but replace it: it has been sent.';

const only = <const T extends string>(name: string, value: T) =>
  z.literal(value, `${name} is ${value}: keys of other kinds are not read.`);

const publicKey = z.strictObject(
  {
    kty: only('kty', 'OKP'),
    crv: only('crv', 'Ed25519'),
    x: z.string(X_FORM).refine(isEd25519Key, X_FORM),
    kid: z
      .string(KID_FORM)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u, KID_FORM)
      .optional(),
    // Read for what others' tools write, and not kept: these keys verify EdDSA and nothing else.
    alg: z.enum(['EdDSA', 'Ed25519'], 'alg is EdDSA, or absent.').optional(),
    use: only('use', 'sig').optional(),
    key_ops: z.tuple([z.literal('verify')], 'key_ops is ["verify"], or absent.').optional(),
    ext: z.boolean('ext is true or false, or absent.').optional(),
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

/** The form of a key set; what is kept of each key are the members of {@link PublicJwk}. */
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
  const message = 'Where a set has several keys, each has a kid of its own.';
  return [{ path: '/keys/keys', code: 'INVALID_VALUE', message }];
}
