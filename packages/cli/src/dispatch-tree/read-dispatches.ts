import { join } from 'node:path';
import type { HallClient } from '@wcp/client';
import type { Receipt } from '@wcp/spec';
import type { DecisionRecord } from '@wcp/spec/hall';
import type { Terminal } from '../base/terminal.ts';
import { EVIDENCE_FILES } from '../evidence/evidence-files.ts';
import { InputReader } from '../input/input-reader.ts';
import { readLineValues } from '../input/json-lines.ts';
import { BundleSource } from '../replay/bundle-source.ts';

/** All decisions under a correlation id, and their receipts. */
export interface DispatchRecords {
  readonly records: readonly DecisionRecord[];
  readonly receipts: readonly Receipt[];
}

/** Reads them from a Hall, as far as the key may see them. */
export async function dispatchesFromHall(
  client: HallClient,
  correlation_id: string,
): Promise<DispatchRecords> {
  const records: DecisionRecord[] = [];
  const receipts: Receipt[] = [];
  for await (const record of client.items('listDecisions', { correlation_id })) {
    records.push(record);
  }
  for await (const { receipt } of client.items('listReceipts', { correlation_id })) {
    receipts.push(receipt);
  }
  return { records, receipts };
}

/**
 * Reads them from a folder that `wcp receipts export DIR --decisions` wrote.
 *
 * @throws {CliError}
 */
export async function dispatchesFromBundle(
  terminal: Terminal,
  dir: string,
  correlation_id: string,
): Promise<DispatchRecords> {
  const records: DecisionRecord[] = [];
  const source = new BundleSource(terminal, dir);
  for await (const record of source.records({ since: null, withReceipts: false })) {
    if (record.decision.correlation_id === correlation_id) records.push(record);
  }
  const reader = new InputReader(terminal);
  const { values } = await readLineValues(reader, join(dir, EVIDENCE_FILES.receipts));
  reader.throwErrors();
  const receipts = values.filter((value) => Object(value).correlation_id === correlation_id) as Receipt[];
  return { records, receipts };
}
