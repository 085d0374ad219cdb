import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { vi } from 'vitest';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import type { EscapeRow } from '../../../sandbox/tests/escapes/rows/escape-row.ts';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import { rowsOfPass } from '../../../sandbox/tests/escapes/rows/escapes.ts';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import { packageOf } from '../../../sandbox/tests/escapes/support/run-row.ts';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import { Target } from '../../../sandbox/tests/escapes/support/target.ts';
import { packageDelivery } from '../../src/delivery/package/package-delivery.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { createHall, type Hall } from '../../src/index.ts';

/** The rows that a Hall can be shown with: it resolves names by itself. */
export const ROWS = rowsOfPass(2).filter(({ resolved }) => resolved === undefined);

/** A worker that does what it should. */
const GOOD: EscapeRow = {
  title: 'good',
  program: 'evaluate.mjs',
  tries: 'nothing',
  expect: { stopped_by: 'view', how: /./ },
  node: [],
};
const TIMEOUT_MS = 20_000;

interface Filled {
  readonly words: readonly string[];
  readonly envelope: PrivilegeEnvelope;
  readonly private_hosts: readonly string[];
}

/** A Hall whose workers are the hostile programs, one for each row, and a good one. */
export class HostileHall {
  readonly hall: Hall;
  readonly key = generateSigningKey();
  readonly folder = mkdtempSync(join(tmpdir(), 'wcp-hostile-'));
  readonly #target: Target;
  /** What the worker that ended last wrote to standard error, or why it did not start. */
  said = '';
  readonly #filled = new Map<EscapeRow, Filled>();
  readonly #proofs = new Map<EscapeRow, string>();

  /** Opens it, where another PATH is given with that from the moment that workers are looked at. */
  static async open({ path }: { readonly path?: string } = {}): Promise<HostileHall> {
    const target = await Target.open();
    const hostile = new HostileHall(target);
    hostile.#fillAll();
    if (path !== undefined) vi.stubEnv('PATH', path);
    const rows = [...ROWS, GOOD];
    const workers = rows.map((row, index) => ({ delivery: hostile.#deliveryOf(row, index) }));
    const hall = await createHall({
      file: join(hostile.folder, 'store.db'),
      key: hostile.key,
      origin: 'escapes.test/log',
      timeout_ms: TIMEOUT_MS,
      workers,
      rules: workers.map(({ delivery: { record } }) => ({
        rule_id: record.worker_species_id,
        match: { capability_id: record.capabilities[0] },
        decision: { candidate_workers_ranked: [{ worker_species_id: record.worker_species_id }] },
      })),
    });
    return Object.assign(hostile, { hall });
  }

  private constructor(target: Target) {
    this.#target = target;
    this.hall = undefined as never;
  }

  get target(): Target {
    return this.#target;
  }

  /** The file by which a program shows that something of it lives on. */
  proofOf(row: EscapeRow): string {
    return this.#proofs.get(row) ?? '';
  }

  /** Dispatches to the worker of a row. */
  attack(row: EscapeRow, env = 'dev') {
    return this.#dispatch(ROWS.indexOf(row), env);
  }

  /** Dispatches to the worker that does what it should. */
  work(env = 'dev') {
    return this.#dispatch(ROWS.length, env);
  }

  /** Every receipt, in the order of the log. */
  async receipts(): Promise<string[]> {
    const rows = await partsOf(this.hall).storage.store.list('receipts', { limit: 100_000 });
    return rows.map(({ receipt }) => receipt);
  }

  async close(): Promise<void> {
    await this.hall.close();
    await this.#target.close();
    rmSync(this.folder, { recursive: true });
  }

  #dispatch(index: number, env: string) {
    return this.hall.dispatch({
      capability_id: capabilityOf(index),
      env,
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id: 'tenant-a',
      correlation_id: `escape-${index}-${env}`,
      request: {},
    });
  }

  /** Puts the places of the host into every row. */
  #fillAll(): void {
    for (const row of [...ROWS, GOOD]) {
      const { words = [], envelope = { network_egress: 'none' }, private_hosts = [] } = row;
      const { value, proof } = this.#target.fill({ words, envelope, private_hosts });
      this.#filled.set(row, value);
      this.#proofs.set(row, proof);
    }
  }

  #deliveryOf(row: EscapeRow, index: number) {
    const { command, files } = packageOf(row);
    const dir = join(this.folder, `worker-${index}`);
    mkdirSync(dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const filled = this.#filled.get(row);
    if (filled === undefined) throw new Error('A row without places.');
    const { words, envelope, private_hosts } = filled;
    const { memory_mb, ...sandbox } = row.limits ?? {};
    return packageDelivery({
      record: recordOf(index, envelope),
      dir,
      run: { command: [...command, ...words] },
      snapshots: join(this.folder, 'snapshots'),
      env: { WCP_ESCAPE_CALL: '' },
      private_hosts,
      sandbox,
      log: ({ stderr, reason = '' }) => {
        this.said = reason + stderr;
      },
      limits: memory_mb === undefined ? {} : { memory_mb },
    });
  }
}

function capabilityOf(index: number): string {
  return `org.hostile.do-${index}`;
}

function recordOf(index: number, privilege_envelope: object): RegistryRecord {
  const draft = {
    worker_id: `org.hostile.row-${index}.one`,
    worker_species_id: `org.hostile.row-${index}`,
    capabilities: [capabilityOf(index)],
    risk_tier: 'low',
    allowed_environments: ['dev', 'stage', 'prod', 'edge'],
    blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
    privilege_envelope,
  };
  return { ...draft, artifact_hash: recordHash(draft as never) } as unknown as RegistryRecord;
}
