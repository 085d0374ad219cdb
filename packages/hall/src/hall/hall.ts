import type { Diagnostic, RouteDecision } from '@wcp/spec';
import type { FastifyInstance } from 'fastify';
import { receive } from '../base/received-request.ts';
import type { DispatchAnswer } from '../dispatch/dispatcher.ts';
import { buildApp } from '../http/app.ts';
import type { HallParts } from '../http/hall-parts.ts';
import type { ActiveWorld, Reload } from '../world/active-world.ts';
import type { OperatorDocuments } from '../world/hall-world.ts';
import { assemble } from './assemble.ts';
import type { HallOptions } from './hall-options.ts';
import { startMaintenance } from './maintenance.ts';

/** Documents to be put in force; one that is absent stays as it is. */
export interface NewDocuments {
  readonly rules?: unknown;
  readonly config?: unknown;
  /** What kept a document from being read at all: it counts as broken. */
  readonly unreadable?: readonly Diagnostic[];
}

/** A Hall (section 9): decides, delivers, holds, and keeps the evidence. */
export interface Hall {
  /** The HTTP interface; `app.listen` opens it, `app.inject` asks it without a socket. */
  readonly app: FastifyInstance;
  /** What it is made of: for programs that embed it, such as `wcp serve`. */
  readonly parts: HallParts;
  /** Decides for the program that embeds the Hall, and executes nothing. */
  route(input: unknown): Promise<RouteDecision>;
  /** Decides and executes for the program that embeds the Hall. */
  dispatch(input: unknown): Promise<DispatchAnswer>;
  /** Puts new documents in force, unless they are broken. */
  reload(documents: NewDocuments): Promise<Reload>;
  /**
   * Ends what runs, signs a last checkpoint and closes the store.
   *
   * @param patience_ms how long what has begun may go on and be answered; 5,000. With 0 it is cut off at once.
   */
  close(patience_ms?: number): Promise<void>;
}

/**
 * Makes a Hall. It resolves when the store is open and everything that an earlier process left is settled.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened
 * @example
 * const hall = await createHall({ rules, file: 'hall/store.db', key, workers: [{ delivery }] });
 * const { decision, result } = await hall.dispatch(input);
 */
export async function createHall(options: HallOptions = {}): Promise<Hall> {
  const parts = await assemble(options);
  const { dispatcher, registryAdmin, activeWorld } = parts;
  const app = await buildApp(parts, options.http ?? {});
  const maintenance = startMaintenance(parts);
  return {
    app,
    parts,
    route: async (input) => (await dispatcher.route(receive(input))).decision,
    dispatch: (input) => dispatcher.dispatch(receive(input)),
    reload: ({ unreadable = [], ...documents }) =>
      registryAdmin.reload({ ...documentsOf(activeWorld), ...documents }, unreadable),
    async close(patience_ms = PATIENCE_MS) {
      maintenance.stop();
      await closeApp(app, patience_ms, () => closeDeliveries(parts));
      await closeParts(parts);
    },
  };
}

function documentsOf({ current }: ActiveWorld): OperatorDocuments {
  const { rules, config, catalog_version } = current.documents;
  return { rules, config, catalogVersion: catalog_version };
}

const PATIENCE_MS = 5_000;
/** What the end of the calls brings is still answered. */
const LAST_WORDS_MS = 500;
const IDLE_MS = 50;

/** Lets what is being answered be answered, for a while; connections that wait for nothing are closed. */
async function closeApp(
  app: FastifyInstance,
  patience_ms: number,
  endCalls: () => Promise<void>,
): Promise<void> {
  const cut = () => app.server.closeAllConnections();
  const patience = setTimeout(() => {
    endCalls().finally(() => setTimeout(cut, LAST_WORDS_MS).unref());
  }, patience_ms);
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_MS);
  try {
    const closing = app.close();
    if (patience_ms === 0) cut();
    await closing;
  } finally {
    clearTimeout(patience);
    clearInterval(idle);
  }
}

async function closeDeliveries({ deliveries }: HallParts): Promise<void> {
  await Promise.all([...deliveries.values()].map((delivery) => delivery.close()));
}

/** What runs is ended first, so that its outcome is still kept. */
async function closeParts(parts: HallParts): Promise<void> {
  const { banLists, executor, registryAdmin, notifier, storage, clock } = parts;
  const closing = closeDeliveries(parts);
  await banLists.close();
  await executor.close();
  await closing;
  await registryAdmin.close();
  await notifier.close();
  await storage.ledger.checkpoint(new Date(clock.latest()).toISOString()).catch(() => {});
  await storage.close();
}
