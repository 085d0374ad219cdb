import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { containment, freeObject, receipt, registryRecord, type Wire } from '../documents.ts';
import {
  LOOKUP_PROBLEMS,
  type Operation,
  pageOf,
  pageQuery,
  text,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';
import { ANY_ROLE } from '../roles.ts';

const flag = nullable(closed({ code: text, at: text }));
const signature = nullable(closed({ signing_key_id: text, signed_at: text, signature: text }));
const remoteAttestation = closed(
  {
    state: Type.Enum(['attested', 'refused', 'unasked']),
    code_hash: nullable(text),
    at: nullable(text),
    signing_key_id: nullable(text),
    containment: nullable(Type.Enum(['contained', 'declared'])),
    code: nullable(text),
    message: nullable(text),
  },
  {
    description:
      'Which code the server of a worker elsewhere attests with a key of the worker’s authority (section 10.5); `refused`: its last answer does not hold; `unasked`: no decision has needed it yet. `containment` is the word of that authority, not an observation of this Hall.',
  },
);
const WorkerSchema = closed(
  {
    worker_id: text,
    state: Type.Enum(['enrolled', 'flagged']),
    version: Type.Integer(),
    enrolled_at: text,
    enrolled_by: text,
    is_deliverable: Type.Boolean(),
    resting_until: nullable(
      Type.String({
        description:
          'Until when the worker gets no calls because it kept failing; null where it is not left alone.',
      }),
    ),
    containment: nullable(containment),
    remote_attestation: nullable(remoteAttestation),
    flag,
    remarks: Type.Array(closed({ code: text, message: text })),
    record: registryRecord,
  },
  { title: 'Worker', description: 'An enrolled worker.' },
);
const WorkerVersionSchema = Type.Object(
  {
    record: registryRecord,
    enrolled_at: text,
    enrolled_by: text,
    signature,
    version: Type.Integer(),
    flag,
  },
  { additionalProperties: true, description: 'An earlier or the present enrolment.' },
);
const CapabilitySchema = closed({ capability_id: text, workers: Type.Array(text) });
const EnrolledSchema = closed({ worker: WorkerSchema, replaced: Type.Boolean(), receipt });
const params = closed({ worker_id: textUpTo(64) });

/** Capabilities, workers and their enrolment (section 4.2). */
export const WORKER_OPERATIONS = {
  listCapabilities: {
    ...ENDPOINTS.listCapabilities,
    summary: 'The capabilities that enrolled workers declare',
    access: ANY_ROLE,
    query: closed(pageQuery),
    answers: { 200: pageOf(CapabilitySchema) },
    problems: USUAL_PROBLEMS,
  },
  listWorkers: {
    ...ENDPOINTS.listWorkers,
    summary: 'The enrolled workers',
    access: ANY_ROLE,
    query: closed(pageQuery),
    answers: { 200: pageOf(WorkerSchema) },
    problems: USUAL_PROBLEMS,
  },
  showWorker: {
    ...ENDPOINTS.showWorker,
    summary: 'A worker with all of its versions',
    access: ANY_ROLE,
    params,
    answers: { 200: closed({ worker: WorkerSchema, versions: Type.Array(WorkerVersionSchema) }) },
    problems: LOOKUP_PROBLEMS,
  },
  enrolWorker: {
    ...ENDPOINTS.enrolWorker,
    summary: 'Enrol a worker, or a new version of it',
    description:
      'If the authority has registered a key, the enrolment must be signed over the canonical JSON of `{artifact_hash, audience, signed_at, worker_id}`; the audience is the origin of the log.',
    access: ['worker-owner', 'admin'],
    body: closed({ record: freeObject('A registry record.'), signature: Type.Optional(signature) }),
    answers: { 201: EnrolledSchema },
    problems: [400, 401, 403, 409, 429, 503],
  },
  removeWorker: {
    ...ENDPOINTS.removeWorker,
    summary: 'Remove a worker',
    access: ['worker-owner', 'admin'],
    params,
    answers: { 200: closed({ worker_id: text, receipt }) },
    problems: LOOKUP_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** An enrolled worker, as the Hall shows it. */
export type Worker = Wire<typeof WorkerSchema>;
/** One enrolment of a worker: its present one or an earlier one. */
export type WorkerVersion = Wire<typeof WorkerVersionSchema>;
/** The outcome of an enrolment. */
export type EnrolledWorker = Wire<typeof EnrolledSchema>;
/** A capability, and the workers that declare it. */
export type Capability = Wire<typeof CapabilitySchema>;
