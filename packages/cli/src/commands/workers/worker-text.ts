import { DENY_CODES } from '@wcp/spec';
import type { EnrolledWorker, Worker } from '@wcp/spec/hall';
import type { Colours } from '../../base/terminal.ts';
import { enforcementText } from '../../print/enforcement.ts';
import { escaped, rows } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';
import { wordFor } from '../../print/word-for.ts';

/** Workers, one per line. */
export function workerListText(workers: readonly Worker[], { bold }: Colours): string {
  if (workers.length === 0) return 'No worker is enrolled.\n';
  const lines = workers.map(
    ({ worker_id, state, resting_until, version, is_deliverable, containment, ...worker }) => [
      worker_id,
      resting_until === null ? state : `${state}, ${restingText(resting_until)}`,
      version,
      is_deliverable ? 'yes' : 'no',
      containment === null ? '' : wordFor(CONTAINMENT, containment.state),
      notesText(worker),
      worker.record.worker_species_id,
      worker.record.capabilities.join(', '),
    ],
  );
  return tableText(
    ['worker', 'state', 'version', 'runs', 'envelope', 'note', 'species', 'capabilities'],
    lines,
    bold,
  );
}

/** What holds a worker to its envelope, in a word. */
const CONTAINMENT = {
  contained: 'contained',
  declared: 'declared',
  not_contained: 'not contained',
} as const satisfies Record<NonNullable<Worker['containment']>['state'], string>;

/** A few words for each remark of a Hall. */
const NOTES: Readonly<Record<string, string>> = {
  RECORD_DIFFERS: 'its folder has another record',
  CHANGED_CODE_RUNS: 'changed code would run',
  WORKER_NOT_ATTESTED: 'its server does not attest its code',
};

function notesText({ remarks, remote_attestation }: Pick<Worker, 'remarks' | 'remote_attestation'>): string {
  const isAttested = remote_attestation?.state === 'attested';
  const notes = remarks.map(({ code }) => wordFor(NOTES, code));
  return [...(isAttested ? ['its server attests its code'] : []), ...notes].join(', ');
}

/** One worker. */
export function workerText(worker: Worker, versions: number, { bold, dim }: Colours): string {
  const { record, flag } = worker;
  const table = rows(
    [
      ['state', flag === null ? worker.state : `${worker.state}: ${flag.code}, ${flag.at}`],
      ['species', record.worker_species_id],
      ['capabilities', record.capabilities.join(', ')],
      ['may run in', (record.allowed_environments ?? ['dev']).join(', ') || 'nowhere'],
      ['risk', record.risk_tier],
      ['attested', attestedText(worker)],
      [
        'version',
        `${worker.version} of ${versions}, ${worker.enrolled_at} by ${escaped(worker.enrolled_by)}`,
      ],
      ['record', record.artifact_hash],
      ['runs', runsText(worker)],
      ...containmentRows(worker),
      ...remoteRows(worker),
      ...worker.remarks.map(({ message }) => ['note', escaped(message)] as const),
    ],
    2,
    dim,
  );
  return `${bold(worker.worker_id)}\n${table}`;
}

function runsText({ is_deliverable, resting_until }: Worker): string {
  if (!is_deliverable) return `no. ${UNREACHABLE}`;
  return resting_until === null ? 'yes' : `${restingText(resting_until)}, because it kept failing`;
}

/** What holds it to its envelope, member by member where anything does. */
function containmentRows({ containment }: Worker): (readonly [string, string])[] {
  if (containment === null) return [];
  const { state, enforcement, message } = containment;
  const isKnown = state === 'contained' && enforcement !== null;
  const members = isKnown ? `: ${enforcementText(enforcement)}` : '';
  const why = message === null ? '' : `. ${escaped(message)}`;
  return [['envelope', `${wordFor(CONTAINMENT, state)}${members}${why}`]];
}

/** What the server of a worker elsewhere says of its code, and of its containment there. */
function remoteRows({ remote_attestation }: Worker): (readonly [string, string])[] {
  if (remote_attestation === null) return [];
  const { state, code_hash, at, signing_key_id, containment, code, message } = remote_attestation;
  if (state === 'unasked') return [['its server', 'attests its code once a decision asks']];
  if (state === 'refused')
    return [['its server', `does not attest its code: ${code}. ${escaped(message ?? '')}`]];
  const where = containment === null ? '' : `; ${wordFor(CONTAINMENT, containment)} there, by its word`;
  return [['its server', `attests ${code_hash}, ${at} by ${signing_key_id}${where}`]];
}

function restingText(until: string): string {
  return `resting until ${escaped(until)}`;
}

function attestedText({ record }: Worker): string {
  const hash = record.attestation?.code_hash;
  return typeof hash === 'string' ? escaped(hash) : 'no code is attested';
}

const UNREACHABLE = 'This Hall cannot reach it, so nothing is dispatched to it. Add it to server.json.';

/** The result of an enrolment. */
export function enrolledText({ worker, replaced }: EnrolledWorker): string {
  const { worker_id, version, is_deliverable, flag } = worker;
  const what = replaced ? 'replacing the previous version' : 'newly enrolled';
  const advice = is_deliverable ? '' : `${UNREACHABLE}\n`;
  const still = flag === null ? '' : `It is still flagged with ${flag.code}. ${FLAGGED}\n`;
  const { code_hash } = worker.record.attestation ?? {};
  const code = code_hash === undefined ? UNATTESTED : `Its attested code is ${escaped(String(code_hash))}.`;
  return `${worker_id} is enrolled as version ${version}, ${what}.\n${code}\n${still}${advice}`;
}

const UNATTESTED = `No code is attested, so a Hall that requires it denies this worker. ${DENY_CODES.DENY_WORKER_ATTESTATION_MISSING.remedy}`;

const FLAGGED = 'Its authority must enrol it: sign with --key-file, or use a key with the role worker-owner.';
