import type { FastifyInstance } from 'fastify';
import type { HallParts } from '../http/hall-parts.ts';

const PATIENCE_MS = 5_000;
/** Milliseconds for the answers of calls that were ended. */
const LAST_ANSWERS_MS = 500;
/** Milliseconds for the witnesses of the last checkpoint. */
const LAST_WITNESSES_MS = 2_000;
const IDLE_MS = 50;

/**
 * Ends what runs, signs a last checkpoint and closes the store.
 *
 * @param patience_ms how long what has begun may go on and be answered; with 0 it is cut off at once
 */
export async function closeHall(
  app: FastifyInstance,
  parts: HallParts,
  patience_ms = PATIENCE_MS,
): Promise<void> {
  await closeApp(app, patience_ms, () => closeDeliveries(parts));
  await closeParts(parts);
}

/** Lets running requests be answered, for a while; idle connections are closed. */
async function closeApp(
  app: FastifyInstance,
  patience_ms: number,
  endCalls: () => Promise<void>,
): Promise<void> {
  const cut = () => app.server.closeAllConnections();
  const patience = setTimeout(() => {
    endCalls().finally(() => setTimeout(cut, LAST_ANSWERS_MS).unref());
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

async function closeDeliveries({ admission, deliveries }: HallParts): Promise<void> {
  admission.close();
  await Promise.all([...deliveries.values()].map((delivery) => delivery.close()));
}

/** What runs is ended first, so that its outcome is still recorded. */
async function closeParts(parts: HallParts): Promise<void> {
  const { banLists, clicks, executor, exports, registryAdmin, notifier, storage } = parts;
  const { clock, telemetry, checkpoints } = parts;
  const closing = closeDeliveries(parts);
  await banLists.close();
  await executor.close();
  await closing;
  await clicks.idle();
  await registryAdmin.close();
  await notifier.close();
  await exports.close();
  await checkpoints.sign(new Date(clock.latest()).toISOString()).catch(() => {});
  await checkpoints.settle(LAST_WITNESSES_MS);
  await checkpoints.close();
  await parts.others.close();
  await parts.halls.close();
  await storage.close();
  await telemetry.close();
}
