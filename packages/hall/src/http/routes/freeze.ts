import type { RequestOf } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import type { FreezeTarget } from '../../operations/freezes.ts';
import type { Routes } from '../route.ts';

/** Freezes (section 5, step 3). */
export const FREEZE_ROUTES = {
  listFreezes: {
    handle: ({ hall: { freezes } }) => ({ items: freezes.list(), next_cursor: null }),
  },
  freeze: {
    handle: ({ hall: { registryAdmin }, body, principal }) =>
      registryAdmin.freeze(readTarget(body), body.reason, principal),
  },
  release: {
    handle: ({ hall: { registryAdmin }, body, principal }) =>
      registryAdmin.release(readTarget(body), principal),
  },
} satisfies Partial<Routes>;

function readTarget({ scope, value = null, tenant_id = null }: RequestOf<'release'>['body']): FreezeTarget {
  if ((scope === 'hall') !== (value === null)) {
    throw refused(
      '/value',
      scope === 'hall'
        ? 'The scope hall takes no value.'
        : `With the scope ${scope}, value names the ${scope}.`,
    );
  }
  if ((scope === 'correlation') !== (tenant_id !== null)) {
    throw refused(
      '/tenant_id',
      scope === 'correlation'
        ? 'A correlation id belongs to the tenant that uses it: with the scope correlation, tenant_id names that tenant.'
        : `The scope ${scope} takes no tenant_id.`,
    );
  }
  return { scope, value, tenant_id };
}

function refused(path: string, message: string): ProblemError {
  return new ProblemError('INVALID_BODY', message, [{ path, code: 'INVALID_VALUE', message }]);
}
