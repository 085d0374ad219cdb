import type { Worker } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { restingUntil } from '../../operations/resting-workers.ts';
import { type EnrolledWorker, isOut, readWorkerRow } from '../../registry/enrolled-worker.ts';
import type { Registry } from '../../registry/registry.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';
import { readReceipt } from '../stored.ts';

const MAX_VERSIONS = 1000;

/** Capabilities, workers and their enrolment (section 4.2). */
export const WORKER_ROUTES = {
  listCapabilities: {
    handle: ({ hall: { registry }, query }) =>
      cut(capabilitiesOf(registry), ({ capability_id }) => capability_id, readPage(query)),
  },
  listWorkers: {
    handle: ({ hall, query }) =>
      cut(
        hall.registry.list().map((worker) => showWorker(worker, hall)),
        ({ worker_id }) => worker_id,
        readPage(query),
      ),
  },
  showWorker: {
    async handle({ hall, params: { worker_id } }) {
      const worker = hall.registry.get(worker_id);
      if (worker === null) throw new ProblemError('NOT_FOUND', 'No worker with this id is enrolled.');
      const query = { where: { state: worker_id }, limit: MAX_VERSIONS };
      const rows = await hall.storage.store.list('worker_versions', query);
      return { worker: showWorker(worker, hall), versions: rows.map(readWorkerRow) };
    },
  },
  enrolWorker: {
    async handle({ hall, body, principal }) {
      const { worker, replaced, receipt } = await hall.registryAdmin.enrol(body, principal);
      return { worker: showWorker(worker, hall), replaced, receipt: readReceipt(receipt) };
    },
  },
  removeWorker: {
    async handle({ hall: { registryAdmin }, params: { worker_id }, principal }) {
      return { worker_id, receipt: readReceipt(await registryAdmin.remove(worker_id, principal)) };
    },
  },
} satisfies Partial<Routes>;

function capabilitiesOf(registry: Registry) {
  const byCapability = new Map<string, string[]>();
  for (const { record } of registry.list()) {
    for (const capability of record.capabilities) {
      byCapability.set(capability, [...(byCapability.get(capability) ?? []), record.worker_id]);
    }
  }
  const capabilities = [...byCapability].map(([capability_id, workers]) => ({ capability_id, workers }));
  return capabilities.sort((a, b) => (a.capability_id < b.capability_id ? -1 : 1));
}

function showWorker(worker: EnrolledWorker, hall: HallParts): Worker {
  const { record, version, enrolled_at, enrolled_by, flag } = worker;
  const { worker_id } = record;
  const state = isOut(worker) ? 'flagged' : 'enrolled';
  const is_deliverable = hall.deliveries.has(worker_id);
  const resting_until = restingUntil(hall, worker_id);
  const delivery = hall.deliveries.get(worker_id);
  const containment = delivery?.containment?.() ?? null;
  const remote_attestation = delivery?.attestation?.() ?? null;
  const remarks = hall.workerReview.remarks(worker);
  return {
    worker_id,
    state,
    version,
    enrolled_at,
    enrolled_by,
    is_deliverable,
    resting_until,
    containment,
    remote_attestation,
    flag,
    remarks,
    record,
  };
}
