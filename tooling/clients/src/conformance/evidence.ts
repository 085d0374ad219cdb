import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GovernedFixture, WCP } from './governed-fixture.ts';

/** What the Hall of a gateway has on record about the calls of the fixture. */
export interface EvidenceCount {
  /** Decisions by what was decided, such as `ALLOW`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Whether `wcp receipts verify` found the receipts to be whole. */
  readonly isVerified: boolean;
}

interface Receipt {
  readonly kind?: string;
  /** The tenant's own; what the gateway asks at its start is in others. */
  readonly stream?: string;
  readonly capability_id?: string | null;
  readonly policy_decision?: string;
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
    const { kind, stream, capability_id, policy_decision: decision = '' } = JSON.parse(line) as Receipt;
    if (kind !== 'decision' || stream !== 'agent.local' || !capability_id?.includes('.mcp-fixture.'))
      continue;
    outcomes[decision] = (outcomes[decision] ?? 0) + 1;
  }
  return outcomes;
}
