export { type CommandSigner, openCommandSigner, type SignerCommand } from './command-signer.ts';
export { keyIdOf } from './public-key.ts';
export { isSignedBy } from './signature.ts';
export type { Signer } from './signer.ts';
export {
  generateSigningKey,
  publicKeyFromPem,
  type SigningKey,
  signingKeyFromPem,
  signingKeyFromSeed,
} from './signing-key.ts';
