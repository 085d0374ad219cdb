import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { banList, type Wire } from '../documents.ts';
import { LOOKUP_PROBLEMS, type Operation, pageOf, pageQuery, text, textUpTo } from '../operation.ts';

const PublishedBanListSchema = closed(
  {
    authority: text,
    sequence: Type.Integer(),
    issued_at: text,
    expires_at: text,
    entries: Type.Integer(),
    banned: Type.Integer(),
    signing_key_id: text,
    is_current: Type.Boolean(),
  },
  { title: 'PublishedBanList', description: 'Summary of a ban list that this Hall publishes.' },
);
const WorkerCheckSchema = closed(
  {
    worker_id: text,
    is_enrolled: Type.Boolean(),
    artifact_hash: nullable(text),
    code_hash: nullable(text),
    attested_by: nullable(text),
    is_banned: Type.Boolean(),
    is_flagged: Type.Boolean(),
    signing_key_ids: Type.Array(text),
    are_bans_current: Type.Boolean(),
    checked_at: text,
  },
  { title: 'WorkerCheck', description: 'What a third party may know of a worker.' },
);
const ofAuthority = closed({ authority: textUpTo(64, { description: 'For example org.acme.' }) });

/** What anybody may check: ban lists and what the registry holds of a worker (section 8, "Ban list"). */
export const BAN_LIST_OPERATIONS = {
  listBanLists: {
    ...ENDPOINTS.listBanLists,
    summary: 'The authorities whose ban lists this Hall publishes',
    access: 'public',
    query: closed(pageQuery),
    answers: { 200: pageOf(PublishedBanListSchema) },
    problems: [400, 429],
  },
  showBanList: {
    ...ENDPOINTS.showBanList,
    summary: 'The ban list of an authority, as the authority signed it',
    access: 'public',
    query: ofAuthority,
    answers: { 200: banList },
    problems: [400, 404, 429],
  },
  publishBanList: {
    ...ENDPOINTS.publishBanList,
    summary: 'Publish a signed ban list of an authority; this Hall applies it at once',
    description: 'The list must be signed with a registered key of its authority.',
    access: ['worker-owner', 'admin'],
    body: banList,
    answers: { 201: PublishedBanListSchema },
    problems: [400, 401, 403, 409, 429, 503],
  },
  withdrawBanList: {
    ...ENDPOINTS.withdrawBanList,
    summary: 'Stop publishing the ban list of an authority; it bans nothing here from then on',
    access: ['admin'],
    query: ofAuthority,
    answers: { 200: PublishedBanListSchema },
    problems: LOOKUP_PROBLEMS,
  },
  verifyWorker: {
    ...ENDPOINTS.verifyWorker,
    summary: 'Whether a worker is enrolled here, with which hashes, and whether it is banned or flagged',
    access: 'public',
    params: closed({ worker_id: textUpTo(64) }),
    answers: { 200: WorkerCheckSchema },
    problems: [400, 429],
  },
} satisfies Readonly<Record<string, Operation>>;

/** Summary of a ban list that a Hall publishes. */
export type PublishedBanList = Wire<typeof PublishedBanListSchema>;
/** What a third party may know of a worker. */
export type WorkerCheck = Wire<typeof WorkerCheckSchema>;
