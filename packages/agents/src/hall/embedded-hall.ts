import { type RegistryRecord, WcpError } from '@wcp/spec';
import type { Worker } from '@wcp/worker-kit';
import { isSameTool } from '../tool/tool-record.ts';
import type { Dispatched, DispatchOptions, HallPort, KnownApproval, Lane } from './hall-port.ts';

/** A Hall in this process, as `createHall` of `@wcp/hall` makes it: what an agent needs of one. */
export interface EmbeddedHall {
  readonly registry: {
    get(worker_id: string): { readonly record: RegistryRecord } | null;
    enrolAll(enrolments: readonly { readonly record: unknown }[]): Promise<unknown>;
  };
  readonly log: { readonly permit_keys: readonly string[] };
  connect(worker: { readonly delivery: object }): Promise<void>;
  dispatch(input: unknown, options?: Partial<DispatchOptions>): Promise<Dispatched>;
  approval(approval_id: string): Promise<KnownApproval | null>;
  withdraw(approval_id: string): Promise<unknown>;
}

const NOTHING: Lane = { ready: Promise.resolve(), stop: () => {} };

/** The way to a Hall in this process, for one tenant. */
export function embeddedHall(hall: EmbeddedHall, tenant_id: string): HallPort {
  return {
    url: null,
    // Read with each call: the key may change while the Hall runs.
    get keys() {
      return hall.log.permit_keys;
    },
    followKeys: async () => false,
    takesOthers: true,
    enrol: (workers) => enrol(hall, workers),
    carry: () => NOTHING,
    dispatch: (input: object, { signal, idempotency_key }: DispatchOptions) =>
      hall.dispatch(input, { signal, ...(idempotency_key !== undefined && { idempotency_key }) }),
    async approval(approval_id: string): Promise<KnownApproval | null> {
      const approval = await hall.approval(approval_id);
      return approval?.tenant_id === tenant_id ? approval : null;
    },
    async withdraw(approval_id: string) {
      await hall.withdraw(approval_id);
    },
    async close() {},
  };
}

/** Whoever has a Hall in the process has its package; only here, it may not be found. */
async function loadHall(): Promise<typeof import('@wcp/hall')> {
  try {
    return await import('@wcp/hall');
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message =
      'A Hall in this process needs a package that is not installed. Run: npm install @wcp/hall';
    throw new WcpError('ERR_WCP_NOT_INSTALLED', message, { cause });
  }
}

async function enrol(hall: EmbeddedHall, workers: readonly Worker[]): Promise<void> {
  const { inProcessDelivery } = await loadHall();
  for (const worker of workers) await hall.connect({ delivery: inProcessDelivery(worker) });
  const changed = workers.filter(({ record }) => {
    const enrolled = hall.registry.get(record.worker_id);
    return enrolled === null || !isSameTool(enrolled.record, record);
  });
  await hall.registry.enrolAll(changed.map(({ record }) => ({ record })));
}
