import { generateSigningKey } from '@wcp/evidence';
import { decisionReceipt, signReceipt } from '@wcp/evidence/receipt';
import { compileWorld, decide, type WorldDocuments } from '@wcp/router';
import { decisionDigest, type RouteDecision } from '@wcp/spec';
import type { RecordSource, ReplayRecord, StoredWorld } from '../../src/replay/record-source.ts';
import { record } from './support.ts';

const KEY = generateSigningKey();
const VERSION = '9.0.0';
const receipt_id = '0195f3a0-7c1e-7000-8000-000000000000';

/** Workers of two species and two authorities, one of which declares no blast. */
export const WORKERS = [
  worker('org.acme.summarizer.one', 'wrk.doc.summarizer', 1),
  worker('org.zen.summarizer.two', 'wrk.doc.summarizer', 1),
  worker('org.acme.other.one', 'wrk.doc.other', 4),
];

function worker(worker_id: string, worker_species_id: string, data: number) {
  return record({
    worker_id,
    worker_species_id,
    capabilities: ['cap.doc.summarize', 'cap.doc.hash'],
    allowed_environments: ['dev', 'stage', 'prod', 'edge'],
    blast_radius: { data, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  });
}

/** Decisions with receipts, as a Hall records them, for what reads them from wherever. */
export class Recorded implements RecordSource {
  readonly #records: ReplayRecord[] = [];
  readonly #worlds = new Map<string, StoredWorld>();

  /** Makes decisions in one world, one after another; what is held may be approved. */
  decide(
    documents: Pick<WorldDocuments, 'rules' | 'config'>,
    requests: readonly { readonly input: object; readonly facts?: object; readonly approved?: boolean }[],
  ): RouteDecision[] {
    const { rules, config = {} } = documents;
    const world = compileWorld({ rules, config, workers: WORKERS, catalogVersion: VERSION });
    this.#worlds.set(String(world.digest), { rules, config, workers: WORKERS, catalog_version: VERSION });
    return requests.flatMap(({ input, facts, approved = false }) => {
      const given = { now: '2026-01-01T00:00:00.000Z', ...facts };
      const decision = this.#add(world, { ...given, decision_id: this.#newId() }, input);
      if (!approved || decision.outcome !== 'STEWARD_HOLD') return [decision];
      const approval = {
        id: decision.pending_approval_id,
        level: 'incident_commander',
        resolver: 'steward-1',
        decision_digest: decisionDigest(input, decision),
      };
      return [decision, this.#add(world, { ...given, approval, decision_id: this.#newId() }, input)];
    });
  }

  /** Nothing of it was forgotten. */
  async erasures(): Promise<readonly []> {
    return [];
  }

  /** Changes what was recorded, as somebody might who wants rules to be learned from it. */
  forge(change: (record: ReplayRecord) => ReplayRecord): void {
    this.#records.splice(0, this.#records.length, ...this.#records.map(change));
  }

  /** Forgets every world. */
  loseWorlds(): void {
    this.#worlds.clear();
  }

  async *records(): AsyncGenerator<ReplayRecord> {
    yield* this.#records;
  }

  async world(digest: string): Promise<StoredWorld | null> {
    return this.#worlds.get(digest) ?? null;
  }

  async inForce(): Promise<null> {
    return null;
  }

  #add(world: ReturnType<typeof compileWorld>, facts: object, input: object): RouteDecision {
    const decision = decide(world, facts, input);
    const draft = decisionReceipt({ receipt_id, decision, input, facts });
    const position = this.#records.length;
    const { receipt } = signReceipt({ ...draft, seq: position, prev_receipt_hash: null }, KEY);
    this.#records.push({ position, input, facts: facts as Record<string, unknown>, decision, receipt });
    return decision;
  }

  #newId(): string {
    return `00000000-0000-4000-8000-${String(this.#records.length).padStart(12, '0')}`;
  }
}
