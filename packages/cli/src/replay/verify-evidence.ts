import { join } from 'node:path';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { EVIDENCE_FILES, type LoadedEvidence } from '../evidence/evidence-files.ts';
import { type EvidenceReport, examineEvidence, type LocatedFinding } from '../evidence/examine-evidence.ts';
import type { AuditFinding } from './audit.ts';
import { BundleSource } from './bundle-source.ts';
import { type ReplaySettings, replay } from './replay.ts';

/** What is wrong with evidence and with the decisions in it. */
export interface VerifiedEvidence extends EvidenceReport {
  /** How many decisions were made again and compared; null if there are none, or they cannot be read to the end. */
  readonly decisions: number | null;
}

/**
 * Verifies receipts, log and checkpoints and, where the evidence contains decisions, that these are the ones in the
 * receipts, complete, with the worlds and the events that belong to them.
 *
 * @throws {CliError} if a file of the decisions cannot be read as text
 */
export async function verifyEvidence(
  terminal: Terminal,
  evidence: LoadedEvidence,
  origin?: string,
): Promise<VerifiedEvidence> {
  const examined = examineEvidence(evidence, origin);
  const { findings } = examined;
  const dir = evidence.decisionsIn;
  if (dir === null) return { ...examined, decisions: null };
  const audited = await auditBundle(terminal, dir);
  return { ...examined, findings: [...findings, ...audited.findings], decisions: audited.decisions };
}

async function auditBundle(terminal: Terminal, dir: string) {
  const findings: LocatedFinding[] = [];
  const file = join(dir, EVIDENCE_FILES.decisions);
  const found: ReplaySettings['found'] = (each) => {
    if ('code' in each) findings.push(located(file, findings.length, each));
  };
  try {
    const all = { replacements: {}, since: null, limit: Number.POSITIVE_INFINITY };
    const { decisions } = await replay(new BundleSource(terminal, dir), { ...all, found });
    return { findings, decisions };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.problems.some(({ code }) => code === 'BYTE_ORDER_MARK')) throw error;
    const broken = error.problems.map(({ file, place, code, message }, index) => {
      return { file: file ?? dir, line: place?.line ?? null, index, code, message };
    });
    return { findings: [...findings, ...broken], decisions: null };
  }
}

function located(file: string, index: number, { code, message, decision_id }: AuditFinding): LocatedFinding {
  return { file, line: null, index, code, message, decision_id };
}
