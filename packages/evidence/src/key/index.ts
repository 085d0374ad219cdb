export { keyIdOf } from './public-key.ts';
export {
  generateSigningKey,
  publicKeyFromPem,
  type SigningKey,
  signingKeyFromPem,
  signingKeyFromSeed,
} from './signing-key.ts';
export { verifySignature } from './verify-signature.ts';
