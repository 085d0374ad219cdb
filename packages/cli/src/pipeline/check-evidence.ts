import type { Receipt } from '@wcp/spec';
import { loadEvidence } from '../evidence/evidence-files.ts';
import { examineEvidence } from '../evidence/examine-evidence.ts';
import { exportEvidence } from '../evidence/export-evidence.ts';
import { InputReader } from '../input/input-reader.ts';
import type { Terminal } from '../terminal.ts';
import { lostOf } from './one-correlation.ts';
import type { PipelineHall } from './pipeline-hall.ts';
import type { Chain } from './pipeline-run.ts';

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
