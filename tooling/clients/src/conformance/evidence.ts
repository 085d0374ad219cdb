import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GovernedFixture, WCP } from './governed-fixture.ts';

/** What the Hall of a gateway has on record about the calls of the fixture. */
export interface EvidenceCount {
  /** Decisions by outcome, such as `DISPATCH`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Whether `wcp receipts verify` found the receipts to be whole. */
  readonly isVerified: boolean;
}

interface Receipt {
  readonly body?: { readonly capability_id?: string; readonly outcome?: string };
}

const run = promisify(execFile);

/** Exports the evidence of a gateway, verifies it, and counts what was decided about its tools, resources and prompts. */
export async function countEvidence({ hall }: GovernedFixture, dir: string): Promise<EvidenceCount> {
  const env = { PATH: process.env['PATH'] ?? '', WCP_HALL_URL: hall.url, WCP_HALL_KEY: hall.key };
  await run(process.execPath, [WCP, 'receipts', 'export', dir], { env });
  const isVerified = await run(process.execPath, [WCP, 'receipts', 'verify', dir], { env }).then(
    () => true,
    () => false,
  );
  return { outcomes: outcomesIn(join(dir, 'receipts.jsonl')), isVerified };
}

function outcomesIn(file: string): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { body = {} } = JSON.parse(line) as Receipt;
    const { capability_id = '', outcome } = body;
    if (!capability_id.includes('.mcp-fixture.') || outcome === undefined) continue;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}
