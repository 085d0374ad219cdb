import { authorityOf } from '@wcp/spec';
import type { WorkerCheck } from '@wcp/spec/hall';
import { normaliseHash } from '@wcp/spec/json';
import { isOut } from '../../registry/enrolled-worker.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** What anybody may check: ban lists and what the registry holds of a worker (section 8, "Ban list"). */
export const BAN_LIST_ROUTES = {
  listBanLists: {
    handle: ({ hall: { banLists }, query }) =>
      cut(banLists.publisher.list(), ({ authority }) => authority, readPage(query)),
  },
  showBanList: {
    handle: ({ hall: { banLists }, query: { authority } }) => banLists.publisher.document(authority),
  },
  publishBanList: {
    // As it came: a copy with its hashes spelled alike is not what was signed.
    body: 'unchecked',
    handle: ({ hall: { banLists }, body, principal }) => banLists.publisher.publish(body, principal),
  },
  withdrawBanList: {
    handle: ({ hall: { banLists }, query: { authority }, principal }) =>
      banLists.publisher.withdraw(authority, principal),
  },
  verifyWorker: {
    handle: ({ hall, params: { worker_id } }) => checkWorker(worker_id, hall),
  },
} satisfies Partial<Routes>;

function checkWorker(worker_id: string, { registry, banLists, clock }: HallParts): WorkerCheck {
  const now = clock.latest();
  const { banned, isStale } = banLists.state(now);
  const worker = registry.get(worker_id);
  const { artifact_hash = null, attestation } = worker?.record ?? {};
  const code_hash = normaliseHash(attestation?.code_hash);
  const authority = worker === null ? null : authorityOf(worker_id);
  const keys = authority === null ? [] : registry.authorities.of(authority);
  return {
    worker_id,
    is_enrolled: worker !== null,
    artifact_hash,
    code_hash,
    attested_by: attestation?.attested_by ?? null,
    is_banned: code_hash !== null && banned.has(code_hash),
    is_flagged: worker !== null && isOut(worker),
    signing_key_ids: keys.map(({ signing_key_id }) => signing_key_id),
    are_bans_current: !isStale,
    checked_at: new Date(now).toISOString(),
  };
}
