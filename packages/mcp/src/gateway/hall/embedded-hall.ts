import type { Hall } from '@wcp/hall';
import { ProblemError } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import type { Caller } from '../../base/gateway.ts';
import type { HallPort } from './hall-port.ts';

/**
 * A Hall in this process. The key of a caller is looked at for each call, because it may have been revoked since the
 * connection began.
 *
 * @param url where its pages are, once it listens
 */
export function embeddedHall(hall: Hall, url: () => string | null): HallPort {
  const authenticate = (credential: string) => authenticated(hall, credential);
  return {
    url,
    authenticate,
    async dispatch(caller, input, { signal }) {
      const by = await authenticate(caller.credential);
      if (by === null || by.tenant_id !== caller.tenant_id)
        throw refused('The key is not valid, or not of this tenant.');
      try {
        return await hall.dispatch(input, { signal, by: by.key_id });
      } catch (error) {
        throw error instanceof ProblemError ? refused(error.message, error) : error;
      }
    },
    route: (input) => hall.route(input),
    async approval(caller, approval_id) {
      const approval = await hall.approval(approval_id);
      return approval?.tenant_id === caller.tenant_id ? approval : null;
    },
    async withdraw(caller, approval_id) {
      const by = await authenticate(caller.credential);
      if (by === null || by.tenant_id !== caller.tenant_id) return false;
      try {
        await hall.withdraw(approval_id, { by: by.key_id });
        return true;
      } catch (error) {
        if (error instanceof ProblemError) return false;
        throw error;
      }
    },
    async world() {
      return hall.health().world.digest;
    },
    async records() {
      return hall.registry.list().flatMap(({ record, flag }) => (flag === null ? [record] : []));
    },
  };
}

async function authenticated(hall: Hall, credential: string): Promise<Caller | null> {
  const principal = await hall.identity.authenticate(`Bearer ${credential}`, new Date());
  if (principal === null || principal.tenant_id === null || !principal.roles.includes('tenant')) return null;
  return { tenant_id: principal.tenant_id, credential, key_id: principal.id };
}

function refused(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_MCP_REFUSED', message, { cause });
}
