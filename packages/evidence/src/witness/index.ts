export {
  type AddCheckpoint,
  MAX_ADD_CHECKPOINT_BYTES,
  readAddCheckpoint,
  writeAddCheckpoint,
} from './add-checkpoint.ts';
export {
  type Cosigner,
  cosignCheckpoint,
  readWitnessKey,
  type WitnessKey,
  writeWitnessKey,
} from './cosignature.ts';
export {
  judgeAddCheckpoint,
  type WatchedKey,
  type WatchedLog,
  type WitnessJudgement,
  type WitnessRecord,
  type WitnessView,
} from './judge-checkpoint.ts';
export { readCosignature } from './verify-cosignature.ts';
export { verifyWitnessed, type WitnessedEvidence, type WitnessVerification } from './verify-witnessed.ts';
export {
  type PolicyFinding,
  type PolicyReading,
  parseWitnessPolicy,
  type Quorum,
  type WitnessPolicy,
} from './witness-policy.ts';
