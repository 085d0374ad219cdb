import { cut, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

const nameOf = ({ authority, signing_key_id }: { authority: string; signing_key_id: string }) =>
  `${authority} ${signing_key_id}`;

/** The public keys of authorities. */
export const AUTHORITY_ROUTES = {
  listAuthorityKeys: {
    handle({ hall: { registry }, query }) {
      const keys = [...registry.authorities.list()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      return cut(keys, nameOf, readPage(query));
    },
  },
  addAuthorityKey: {
    handle: ({ hall: { registry, clock, journal }, body: { authority, public_key } }) =>
      registry.authorities.add(authority, public_key, clock.timestamp(), (changes) =>
        journal.commit(changes),
      ),
  },
  revokeAuthorityKey: {
    handle: ({ hall: { registry, clock, journal }, params: { authority, key_id } }) =>
      registry.authorities.revoke(authority, key_id, clock.timestamp(), (changes) => journal.commit(changes)),
  },
} satisfies Partial<Routes>;
