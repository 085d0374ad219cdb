import { shownPasskey } from '../../approval/passkey/passkey-row.ts';
import { hasRole } from '../../identity/principal.ts';
import { cut, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** The passkeys with which stewards confirm approvals. */
export const PASSKEY_ROUTES = {
  listPasskeys: {
    handle({ hall, query, principal }) {
      const isOverseer = hasRole(principal, ['auditor', 'admin']);
      const passkeys = hall.passkeys.of(isOverseer ? null : principal.id);
      const order = ({ created_at, passkey_id }: (typeof passkeys)[number]) => `${created_at} ${passkey_id}`;
      const { items, next_cursor } = cut(passkeys, order, readPage(query));
      return { items: items.map(shownPasskey), next_cursor };
    },
  },
  beginPasskey: {
    handle: ({ hall, principal }) => hall.confirmations.beginRegistration(principal),
  },
  registerPasskey: {
    handle: ({ hall, body, principal }) => hall.confirmations.register(body, principal),
  },
  removePasskey: {
    handle: ({ hall, params: { passkey_id } }) => hall.passkeys.remove(passkey_id),
  },
} satisfies Partial<Routes>;
