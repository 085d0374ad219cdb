import { createPublicKey, type KeyObject } from 'node:crypto';

const FORM = /^[A-Za-z0-9_-]{43}$/;
const P = 2n ** 255n - 19n;
/** The constant d of the curve (RFC 8032). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const WITHOUT_SIGN = 2n ** 255n - 1n;

/** Whether a text is the canonical base64url of a public key whose signatures can be trusted. */
export function isEd25519Key(x: string): boolean {
  const raw = Buffer.from(x, 'base64url');
  return FORM.test(x) && raw.toString('base64url') === x && !isSmallOrder(raw);
}

/** The key to verify with. */
export function ed25519Key(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/**
 * Whether a point vanishes when it is doubled three times: signatures for such a key can be made without a secret.
 * Its y is then 1 (order 1), -1 (order 2), 0 (order 4) or a root of d·y⁴ + 2y² - 1 (order 8).
 */
function isSmallOrder(raw: Buffer): boolean {
  const y = BigInt(`0x${Buffer.from(raw).reverse().toString('hex')}`) & WITHOUT_SIGN;
  const square = (y * y) % P;
  return (y * (square - 1n) * (D * square * square + 2n * square - 1n)) % P === 0n;
}
