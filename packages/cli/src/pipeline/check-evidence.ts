import type { Receipt } from '@wcp/spec';
import type { Terminal } from '../base/terminal.ts';
import type { DispatchAnswer } from '../client/wire.ts';
import { loadEvidence } from '../evidence/evidence-files.ts';
import { examineEvidence } from '../evidence/examine-evidence.ts';
import { exportEvidence } from '../evidence/export-evidence.ts';
import { InputReader } from '../input/input-reader.ts';
import type { Chain } from './dispatch-chain.ts';
import type { PipelineHall } from './hall/pipeline-hall.ts';

/** What the evidence of a run comes to. */
export interface CheckedEvidence {
  readonly dir: string;
  readonly receipts: number;
  /** They are the whole log of the Hall, with the decisions and worlds. */
  readonly is_whole: boolean;
  /** Events and receipts of the first chain, each of which carries its correlation id. */
  readonly chain: { readonly events: number; readonly receipts: number };
  /** What is wrong, in plain words; empty where everything holds. */
  readonly findings: readonly string[];
}

/**
 * Writes the evidence into a folder, verifies it there as `wcp receipts verify` does, and holds what the
 * Hall answered against it.
 *
 * @throws {CliError} where the folder cannot be written
 */
export async function checkEvidence(
  terminal: Terminal,
  hall: PipelineHall,
  dir: string,
  chains: readonly [Chain, ...Chain[]],
): Promise<CheckedEvidence> {
  const withDecisions = hall.dir !== null;
  const exported = await exportEvidence(hall.reader, dir, { stream: undefined, withDecisions });
  const evidence = await loadEvidence(new InputReader(terminal), dir, {});
  const found = examineEvidence(evidence).map(({ code, message }) => `${code}: ${message}`);
  const receipts = evidence.receipts as readonly Receipt[];
  const lost = chains.flatMap((chain) => lostOf(chain, receipts));
  return {
    dir,
    receipts: exported.receipts,
    is_whole: exported.is_whole && withDecisions,
    chain: countsOf(chains[0]),
    findings: [...found, ...lost],
  };
}

function countsOf({ answers }: Chain): CheckedEvidence['chain'] {
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
 * What of a chain does not carry its correlation id: decisions, events and evidence as the Hall answered
 * them, and receipts as they stand in the log, where each must be found.
 */
export function lostOf({ correlation_id, answers }: Chain, log: readonly Receipt[]): string[] {
  const logged = new Map(log.map((receipt) => [receipt.receipt_hash, receipt]));
  return answers.flatMap((answer) => {
    const receipts = receiptsOf(answer);
    const absent = receipts.filter(({ receipt_hash }) => !logged.has(receipt_hash));
    const others = [...claimsOf(answer), ...receipts].filter((each) => carriedBy(each) !== correlation_id);
    const { capability_id, decision_id } = answer.decision;
    const about = `${capability_id}, decision ${decision_id}`;
    return [
      ...absent.map(() => `A receipt is not in the log (${about}).`),
      ...others.map(() => `Something carries another correlation id (${about}).`),
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

function carriedBy(claim: unknown): unknown {
  return (Object(claim) as { correlation_id?: unknown }).correlation_id;
}
