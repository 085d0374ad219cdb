import { createHallClient, type HallClient, HallProblemError } from '@wcp/client';
import type { KnownApproval } from '@wcp/hall';
import { type RegistryRecord, type RouteDecision, WcpError } from '@wcp/spec';
import type { Approval } from '@wcp/spec/hall';
import type { Caller } from '../../base/gateway.ts';
import type { HallPort } from './hall-port.ts';

/** A Hall that runs elsewhere, and how it is reached. */
export interface RemoteHallOptions {
  readonly url: string;
  /** The tenant of the one key that this gateway calls with: a Hall refuses a key that is another's. */
  readonly tenant_id: string;
  readonly key: string;
}

/** A Hall over HTTP: the deliveries of its tools live there, and this gateway has one caller. */
export function remoteHall({ url, tenant_id, key }: RemoteHallOptions): HallPort {
  const client = createHallClient({ url, key });
  return {
    url: () => url,
    async authenticate(credential): Promise<Caller | null> {
      return credential === key ? { tenant_id, credential, key_id: `tenant:${tenant_id}` } : null;
    },
    async dispatch(caller, input, { signal, onProgress }) {
      if (caller.credential !== key || caller.tenant_id !== tenant_id)
        throw refused('This is not the key of the gateway.');
      try {
        // The client's type demands a valid input; the Hall judges whatever it gets.
        return await client.streamDispatch(input as Parameters<typeof client.streamDispatch>[0], {
          signal,
          ...(onProgress && { onProgress }),
        });
      } catch (error) {
        throw error instanceof HallProblemError ? refused(error.message, error) : error;
      }
    },
    async route(input): Promise<RouteDecision | null> {
      try {
        return await client.route(input as Parameters<typeof client.route>[0]);
      } catch (error) {
        if (error instanceof HallProblemError) return null;
        throw error;
      }
    },
    async approval(caller, approval_id) {
      if (caller.tenant_id !== tenant_id) return null;
      try {
        return await known(client, await client.showApproval({ approval_id }));
      } catch (error) {
        if (error instanceof HallProblemError && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
    async withdraw(caller, approval_id) {
      if (caller.credential !== key || caller.tenant_id !== tenant_id) return false;
      try {
        await client.withdrawApproval({ approval_id });
        return true;
      } catch (error) {
        if (error instanceof HallProblemError) return false;
        throw error;
      }
    },
    async world() {
      return (await client.showHealth()).world.digest;
    },
    async records() {
      const records: RegistryRecord[] = [];
      for await (const { record, flag } of client.items('listWorkers'))
        if (flag === null) records.push(record);
      return records;
    },
  };
}

/** Whether it has ended is in the receipts; over HTTP no code of a delivery is kept with a result. */
async function known(client: HallClient, approval: Approval): Promise<KnownApproval> {
  if (approval.state !== 'approved') return { ...approval, has_ended: false, delivery_code: null };
  const decision_id = approval.resolved_decision_id ?? approval.approval_id;
  const { receipts } = await client.showDecision({ decision_id });
  const has_ended = receipts.some(({ kind }) => kind === 'outcome');
  // A result that came after the approval was read is read again.
  const { result } = has_ended ? await client.showApproval({ approval_id: approval.approval_id }) : approval;
  return { ...approval, result, has_ended, delivery_code: null };
}

function refused(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_MCP_REFUSED', message, { cause });
}
