import type { FreezeScope } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import type { Routes } from '../route.ts';

/** Freezes (section 5, step 3). */
export const FREEZE_ROUTES = {
  listFreezes: {
    handle: ({ hall: { freezes } }) => ({ items: freezes.list(), next_cursor: null }),
  },
  freeze: {
    handle: ({ hall: { registryAdmin }, body: { scope, value, reason }, principal }) =>
      registryAdmin.freeze(scope, readValue(scope, value), reason, principal),
  },
  release: {
    handle: ({ hall: { registryAdmin }, body: { scope, value }, principal }) =>
      registryAdmin.release(scope, readValue(scope, value), principal),
  },
} satisfies Partial<Routes>;

function readValue(scope: FreezeScope, value: string | null | undefined): string | null {
  if ((scope === 'hall') === (value == null)) return value ?? null;
  const message =
    scope === 'hall'
      ? 'The scope hall takes no value.'
      : `With the scope ${scope}, value names the ${scope}.`;
  throw new ProblemError('INVALID_BODY', message, [{ path: '/value', code: 'INVALID_VALUE', message }]);
}
