import { join } from 'node:path';
// @boundaries-ignore The script that plays an auditor on another machine has the same evidence.
import { readRecorded, unpackEvidence } from '../../../../tooling/src/auditor/scene/recorded-evidence.ts';
// @boundaries-ignore As above.
import { EvidenceCopy } from '../../../../tooling/src/auditor/tamper/evidence-copy.ts';
// @boundaries-ignore As above.
import { type EvidenceKind, verifyCopy } from '../../../../tooling/src/auditor/tamper/verify-copy.ts';
import { scratch, wcp } from '../support/support.ts';

/** Evidence of a Hall that lived, made on 30 November 2026: what was recorded then must verify for ever. */
const recorded = readRecorded(join(import.meta.dirname, 'evidence-2026-11.json.gz'));

/** A copy of the evidence, which a test may tamper with. */
export function copyOfEvidence(): EvidenceCopy {
  const { dir, stolen } = unpackEvidence(recorded, scratch());
  return new EvidenceCopy(dir, stolen);
}

/** Verifies a copy in this process, at the time at which the evidence was made. */
export function verify(copy: EvidenceCopy, kind: EvidenceKind) {
  return verifyCopy(copy, kind, recorded.origin, (args) => wcp(args, { now: () => recorded.at }));
}
