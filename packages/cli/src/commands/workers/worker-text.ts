import type { Colours } from '../../base/terminal.ts';
import type { EnrolledWorker } from '../../client/wire.ts';
import { escaped, rows } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';

/** Workers, one on a line. */
export function workerListText(workers: readonly EnrolledWorker[], { bold }: Colours): string {
  if (workers.length === 0) return 'No worker is enrolled.\n';
  const lines = workers.map(({ worker_id, state, version, is_deliverable, record }) => [
    worker_id,
    state,
    version,
    is_deliverable ? 'yes' : 'no',
    record.worker_species_id,
    record.capabilities.join(', '),
  ]);
  return tableText(['worker', 'state', 'version', 'runs', 'species', 'capabilities'], lines, bold);
}

/** One worker. */
export function workerText(worker: EnrolledWorker, versions: number, { bold, dim }: Colours): string {
  const { record, flag } = worker;
  const table = rows(
    [
      ['state', flag === null ? worker.state : `${worker.state}: ${flag.code}, ${flag.at}`],
      ['species', record.worker_species_id],
      ['does', record.capabilities.join(', ')],
      ['may run in', (record.allowed_environments ?? ['dev']).join(', ') || 'nowhere'],
      ['risk', record.risk_tier],
      ['attested', attestedText(worker)],
      [
        'version',
        `${worker.version} of ${versions}, ${worker.enrolled_at} by ${escaped(worker.enrolled_by)}`,
      ],
      ['record', record.artifact_hash],
      ['runs', worker.is_deliverable ? 'yes' : NO_WAY],
    ],
    2,
    dim,
  );
  return `${bold(worker.worker_id)}\n${table}`;
}

function attestedText({ record }: EnrolledWorker): string {
  const hash = record.attestation?.code_hash;
  return typeof hash === 'string' ? escaped(hash) : 'no code is attested';
}

const NO_WAY = 'no: this Hall has no way to it, so it is never dispatched. Name it in server.json.';

/** What became of an enrolment. */
export function enrolledText({ worker, replaced }: { worker: EnrolledWorker; replaced: boolean }): string {
  const { worker_id, version, is_deliverable } = worker;
  const what = replaced ? 'in place of the version before' : 'for the first time, or again';
  const way = is_deliverable ? '' : `It runs: ${NO_WAY}\n`;
  return `${worker_id} is enrolled as version ${version}, ${what}.\n${way}`;
}
