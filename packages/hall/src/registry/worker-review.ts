import { DENY_CODES, type HallConfig, type RegistryRecord, recordHash } from '@wcp/spec';
import { makesDemand } from '@wcp/spec/document';
import type { Delivery } from '../delivery/delivery.ts';
import type { ActiveWorld } from '../world/active-world.ts';
import type { EnrolledWorker } from './enrolled-worker.ts';
import type { Registry } from './registry.ts';

/** Something that an operator should know about a worker. */
export interface WorkerRemark {
  readonly code: 'RECORD_DIFFERS' | 'CHANGED_CODE_RUNS' | 'WORKER_NOT_ATTESTED';
  readonly message: string;
}

/** Something about a worker that an operator has to repair. */
export interface WorkerFinding {
  readonly code:
    | 'WORKER_FLAGGED'
    | 'WORKER_NOT_ENROLLED'
    | 'WORKER_NOT_CONTAINED'
    | 'WORKER_NOT_ATTESTED'
    | 'RECORD_DIFFERS';
  readonly message: string;
}

/** What workers are reviewed with. */
export interface WorkerReviewSources {
  readonly registry: Registry;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly activeWorld: ActiveWorld;
}

const DIFFERS: WorkerRemark = {
  code: 'RECORD_DIFFERS',
  message:
    'The record with its package is another one. The enrolled record is in force; enrol the other one to change that.',
};
const RUNS: WorkerRemark = {
  code: 'CHANGED_CODE_RUNS',
  message: 'Changed code would run: require_worker_attestation is off.',
};

/** Compares what is enrolled with what the Hall reaches, and with what its configuration demands. */
export class WorkerReview {
  readonly #sources: WorkerReviewSources;

  constructor(sources: WorkerReviewSources) {
    this.#sources = sources;
  }

  /** What an operator should know about one worker. */
  remarks({ record }: EnrolledWorker): readonly WorkerRemark[] {
    const { deliveries, activeWorld } = this.#sources;
    const delivery = deliveries.get(record.worker_id);
    if (delivery === undefined) return [];
    const config = activeWorld.current.documents.config as HallConfig;
    return [
      ...(isSameRecord(record, delivery.record) ? [] : [DIFFERS]),
      ...(makesDemand(config, 'require_worker_attestation') ? [] : [RUNS]),
      ...notAttested(delivery),
    ];
  }

  /** Whether nothing holds some worker to its envelope that calls can reach. */
  get runsUncontained(): boolean {
    const { registry, deliveries } = this.#sources;
    return registry.list().some(({ record }) => {
      const state = deliveries.get(record.worker_id)?.containment?.()?.state;
      return state === 'declared' || state === 'not_contained';
    });
  }

  /** What an operator has to repair, worker by worker. */
  findings(): readonly WorkerFinding[] {
    const { registry, deliveries } = this.#sources;
    const enrolled = registry.list().flatMap((worker) => this.#findingsOf(worker));
    const absent = [...deliveries.keys()].filter((worker_id) => registry.get(worker_id) === null);
    return [...enrolled, ...absent.map(notEnrolled)];
  }

  /** Only where that keeps calls from it. */
  #uncontained({ record }: EnrolledWorker): WorkerFinding[] {
    const { worker_id } = record;
    const refused = refusedIn(record);
    const containment = this.#sources.deliveries.get(worker_id)?.containment?.();
    if (containment?.state !== 'not_contained' || refused.length === 0) return [];
    const where = refused.join(', ');
    const message = `${worker_id} gets no calls in ${where}: this machine cannot hold it to its envelope. ${containment.message ?? ''}`;
    return [{ code: 'WORKER_NOT_CONTAINED', message: message.trim() }];
  }

  #findingsOf(worker: EnrolledWorker): WorkerFinding[] {
    const { worker_id } = worker.record;
    const findings = this.remarks(worker).flatMap(({ code, message }): WorkerFinding[] =>
      code === 'CHANGED_CODE_RUNS' ? [] : [{ code, message: `${worker_id}: ${message}` }],
    );
    findings.push(...this.#uncontained(worker));
    return worker.flag === null ? findings : [flagged(worker_id, worker.flag.code), ...findings];
  }
}

/** Where its calls are refused while nothing can hold it to its envelope. */
function refusedIn({ allowed_environments = ['dev'] }: RegistryRecord): readonly string[] {
  return allowed_environments.filter((env) => env !== 'dev');
}

/** Why the code of a worker elsewhere is not attested where its server should do so. */
function notAttested(delivery: Delivery): WorkerRemark[] {
  const { state, message } = delivery.attestation?.() ?? {};
  if (state !== 'refused') return [];
  return [{ code: 'WORKER_NOT_ATTESTED', message: message ?? 'Its code is not attested.' }];
}

/** The record in a package need not state the hash of the package that it is part of: an attestation is put in later. */
function isSameRecord(enrolled: RegistryRecord, beside: RegistryRecord): boolean {
  if (beside.attestation !== undefined) return enrolled.artifact_hash === beside.artifact_hash;
  const { attestation: _, ...rest } = enrolled;
  return recordHash(rest) === recordHash(beside);
}

function flagged(worker_id: string, code: keyof typeof DENY_CODES): WorkerFinding {
  return {
    code: 'WORKER_FLAGGED',
    message: `${worker_id} is flagged with ${code}. ${DENY_CODES[code].remedy}`,
  };
}

function notEnrolled(worker_id: string): WorkerFinding {
  const message = `${worker_id} is in the list of workers and is not enrolled: nothing is dispatched to it.`;
  return { code: 'WORKER_NOT_ENROLLED', message };
}
