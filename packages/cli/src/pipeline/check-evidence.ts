import type { Receipt } from '@wcp/spec';
import type { DispatchAnswer } from '@wcp/spec/hall';
import type { Terminal } from '../base/terminal.ts';
import { loadEvidence } from '../evidence/evidence-files.ts';
import { exportEvidence, warnOfExposure } from '../evidence/export-evidence.ts';
import { InputReader } from '../input/input-reader.ts';
import { verifyEvidence } from '../replay/verify-evidence.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import type { PipelineHall } from './hall/pipeline-hall.ts';

/** The evidence of a run, verified. */
export interface CheckedEvidence {
  readonly dir: string;
  readonly receipts: number;
  /** They are the whole log of the Hall, with its decisions and worlds. */
  readonly is_whole: boolean;
  /** Events and receipts of the first dispatch chain, all with its correlation id. */
  readonly chain: { readonly events: number; readonly receipts: number };
  /** What is wrong, in plain words; empty if everything is intact. */
  readonly findings: readonly string[];
}

/**
 * Writes the evidence into a folder, verifies it there as `wcp receipts verify` does, and compares it with
 * the answers of the Hall.
 *
 * @throws {CliError} if the folder cannot be written
 */
export async function checkEvidence(
  terminal: Terminal,
  hall: PipelineHall,
  dir: string,
  chains: readonly [DispatchChain, ...DispatchChain[]],
): Promise<CheckedEvidence> {
  const withDecisions = hall.dir !== null;
  const exported = await exportEvidence(hall.reader, dir, { stream: undefined, withDecisions });
  warnOfExposure(terminal, exported);
  const evidence = await loadEvidence(new InputReader(terminal), dir, {});
  const { findings } = await verifyEvidence(terminal, evidence);
  const found = findings.map(({ code, message }) => `${code}: ${message}`);
  const receipts = evidence.receipts as readonly Receipt[];
  const mismatches = chains.flatMap((chain) => mismatchesOf(chain, receipts));
  return {
    dir,
    receipts: exported.receipts,
    is_whole: exported.is_whole && withDecisions,
    chain: countsOf(chains[0]),
    findings: [...found, ...mismatches],
  };
}

function countsOf({ answers }: DispatchChain): CheckedEvidence['chain'] {
  const events = answers.flatMap(({ decision, result }) => [
    ...decision.telemetry_envelopes,
    ...(result?.telemetry ?? []),
  ]);
  const receipts = answers.flatMap(({ receipt, outcome_receipt }) =>
    [receipt, outcome_receipt].filter((each) => each !== null),
  );
  return { events: events.length, receipts: receipts.length };
}

/**
 * Everything of a dispatch chain that lacks its correlation id: decisions, events and evidence in the
 * Hall's answers, and receipts, each of which must also be in the log.
 */
function mismatchesOf({ correlation_id, answers }: DispatchChain, log: readonly Receipt[]): string[] {
  const logged = new Map(log.map((receipt) => [receipt.receipt_hash, receipt]));
  return answers.flatMap((answer) => {
    const receipts = receiptsOf(answer);
    const missing = receipts.filter(({ receipt_hash }) => !logged.has(receipt_hash));
    const others = [...claimsOf(answer), ...receipts].filter(
      (each) => correlationIdOf(each) !== correlation_id,
    );
    const { capability_id, decision_id } = answer.decision;
    const about = `${capability_id}, decision ${decision_id}`;
    return [
      ...missing.map(() => `A receipt is not in the log (${about}).`),
      ...others.map(() => `Something has another correlation id (${about}).`),
    ];
  });
}

function receiptsOf({ receipt, outcome_receipt }: DispatchAnswer): Receipt[] {
  return [receipt, outcome_receipt].filter((each) => each !== null);
}

function claimsOf({ decision, result }: DispatchAnswer): unknown[] {
  const { telemetry = [], evidence = [] } = result ?? {};
  return [decision, ...decision.telemetry_envelopes, ...telemetry, ...evidence];
}

function correlationIdOf(claim: unknown): unknown {
  return (Object(claim) as { correlation_id?: unknown }).correlation_id;
}
