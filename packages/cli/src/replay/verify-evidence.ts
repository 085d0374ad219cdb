import { join } from 'node:path';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { EVIDENCE_FILES, type LoadedEvidence } from '../evidence/evidence-files.ts';
import { type EvidenceReport, examineEvidence, type LocatedFinding } from '../evidence/examine-evidence.ts';
import type { ExamineOptions } from '../evidence/examine-receipts.ts';
import type { AuditFinding } from './audit.ts';
import { BundleSource } from './bundle-source.ts';
import { type ReplaySettings, replay } from './replay.ts';

/** What is wrong with evidence and with the decisions in it. */
export interface VerifiedEvidence extends EvidenceReport {
  /** How many decisions were made again and compared; null if there are none, or they cannot be read to the end. */
  readonly decisions: number | null;
  /** How many decisions could not be, because their requests are no longer held, as receipts say. */
  readonly not_held: number;
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
  options: ExamineOptions = {},
): Promise<VerifiedEvidence> {
  const report = await examineEvidence(evidence, options);
  const dir = evidence.decisionsIn;
  if (dir === null) return { ...report, decisions: null, not_held: 0 };
  const { findings, decisions, not_held } = await auditBundle(terminal, dir);
  return { ...report, findings: [...report.findings, ...findings], decisions, not_held };
}

async function auditBundle(terminal: Terminal, dir: string) {
  const findings: LocatedFinding[] = [];
  const file = join(dir, EVIDENCE_FILES.decisions);
  const found: ReplaySettings['found'] = (each) => {
    if ('code' in each) findings.push(located(file, findings.length, each));
  };
  try {
    const all = { replacements: {}, since: null, limit: Number.POSITIVE_INFINITY };
    const { decisions, not_held } = await replay(new BundleSource(terminal, dir), { ...all, found });
    return { findings, decisions, not_held };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.problems.some(({ code }) => code === 'BYTE_ORDER_MARK')) throw error;
    const broken = error.problems.map(({ file, place, code, message }, index) => {
      return { file: file ?? dir, line: place?.line ?? null, index, code, message };
    });
    return { findings: [...findings, ...broken], decisions: null, not_held: 0 };
  }
}

function located(file: string, index: number, { code, message, decision_id }: AuditFinding): LocatedFinding {
  return { file, line: null, index, code, message, decision_id };
}
