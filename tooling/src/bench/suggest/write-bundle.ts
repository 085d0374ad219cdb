import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { decisionReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide } from '@wcp/router';
import { recordHash } from '@wcp/spec';
import { facts, input, worker } from '../world.ts';

const CAPABILITIES = 40;
const TENANTS = 1_000;
/** What a tenant asks for; in which cells is as good as random, so that hardly any two tenants are alike. */
const CAPABILITIES_OF_TENANT = 4;
const ENVS = ['dev', 'stage', 'prod'];
const LABELS = ['PUBLIC', 'INTERNAL', 'RESTRICTED'];
const RISKS = ['low', 'medium', 'high'];
const CLASSES = ['P0', 'P1', 'P2', 'P3'];
const VERSION = '9.0.0';

const capabilityAt = (index: number) => `x.bench.recorded.c${index % CAPABILITIES}`;

/** Rules as somebody has who lets everything pass and records it: some allow, some hold, some capabilities have none. */
function shadowRules() {
  return Array.from({ length: CAPABILITIES }, (_, index) => index)
    .filter((index) => index % 10 !== 9)
    .map((index) => ({
      rule_id: `shadow-${index}`,
      match: { capability_id: capabilityAt(index) },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer' }],
        ...(index % 10 === 8 && { escalation: { human_required_default: true } }),
      },
    }));
}

/** The same numbers in each run. */
function requestAt(index: number) {
  const random = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const tenant = random % TENANTS;
  const cell = Math.imul(random ^ (random >>> 15), 2_246_822_519) >>> 8;
  return {
    ...input('dev'),
    capability_id: capabilityAt(tenant * 7 + (cell % CAPABILITIES_OF_TENANT)),
    tenant_id: `tenant-${tenant}`,
    env: ENVS[(cell >> 2) % 3],
    data_label: LABELS[(cell >> 5) % 3],
    tenant_risk: RISKS[tenant % 3],
    qos_class: CLASSES[(cell >> 9) % 4],
    correlation_id: `chain-${index}`,
  };
}

/** Writes so many decisions into a folder, as `wcp receipts export --decisions` does; the receipts are not signed. */
export async function writeBundle(dir: string, count: number): Promise<void> {
  const rules = shadowRules();
  const { artifact_hash: _, ...record } = {
    ...worker(),
    capabilities: rules.map(({ match }) => match.capability_id),
  };
  const workers = [{ ...record, artifact_hash: recordHash(record) }];
  const world = compileWorld({ rules, workers, catalogVersion: VERSION });
  mkdirSync(join(dir, 'worlds'), { recursive: true });
  const file = `${String(world.digest).replace(/[^0-9a-z]/g, '-')}.json`;
  const documents = { rules, config: {}, workers, catalog_version: VERSION };
  writeFileSync(join(dir, 'worlds', file), `${JSON.stringify(documents)}\n`);
  const decisions = createWriteStream(join(dir, 'decisions.jsonl'));
  const receipts = createWriteStream(join(dir, 'receipts.jsonl'));
  const known = facts('dev');
  for (let position = 0; position < count; position += 1) {
    const decision_id = `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`;
    const own = { ...known, decision_id };
    const request = requestAt(position);
    const decision = decide(world, own, request);
    const draft = decisionReceipt({ receipt_id: decision_id, decision, input: request, facts: own });
    const receipt = { ...draft, seq: position, prev_receipt_hash: null };
    receipts.write(`${JSON.stringify(receipt)}\n`);
    const record = { position, input: request, facts: own, decision };
    if (!decisions.write(`${JSON.stringify(record)}\n`)) await once(decisions, 'drain');
  }
  for (const stream of [decisions, receipts]) {
    stream.end();
    await finished(stream);
  }
}
