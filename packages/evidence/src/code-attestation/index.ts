export type { CodeAttestationCode } from '../base/finding.ts';
export { type CodeAttestationDraft, signCodeAttestation } from './code-attestation.ts';
export {
  type CodeAttestationExpectation,
  type CodeAttestationVerification,
  verifyCodeAttestation,
} from './verify-code-attestation.ts';
