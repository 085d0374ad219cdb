import type { Socket } from 'node:net';
import type { AddressBook } from './address-book.ts';
import type { EgressTarget } from './allowlist.ts';
import type { ConnectionEnd } from './connection-reports.ts';
import type { Dialled, Dialler } from './dialler.ts';
import type { EgressLimits } from './egress-settings.ts';
import { answerOf, type EgressCode } from './inside/codes.ts';

/** What carries the connections of one sandbox. */
export interface Carrier {
  readonly book: AddressBook;
  readonly dialler: Dialler;
  readonly limits: EgressLimits;
}

/**
 * Carries one connection of a worker to a listed host: resolves, judges, dials, answers with one byte, and pipes until
 * both sides have ended. Never rejects.
 */
export async function carryConnection(
  worker: Socket,
  target: EgressTarget,
  carrier: Carrier,
): Promise<ConnectionEnd> {
  // A worker may break off at any time; the end of the pipes tells.
  worker.on('error', () => {});
  const dialled = await reach(target, carrier);
  if ('code' in dialled) return turnAway(worker, dialled.code);
  const address = dialled.socket.remoteAddress ?? null;
  worker.write(answerOf(null));
  const code = await pipeBoth(worker, dialled.socket, carrier);
  return { code, connected: true, address, sent: worker.bytesRead, received: dialled.socket.bytesRead };
}

/** Ends a connection that leads nowhere with the reason for it. */
export function turnAway(worker: Socket, code: EgressCode): ConnectionEnd {
  worker.on('error', () => {});
  worker.end(answerOf(code), () => worker.destroy());
  return { code, connected: false };
}

async function reach(target: EgressTarget, { book, dialler, limits }: Carrier): Promise<Dialled> {
  const startedAt = performance.now();
  const judged = await book.addressesOf(target, limits.connect_ms);
  if ('code' in judged) return judged;
  return dialler.dial(judged.addresses, target, limits.connect_ms - (performance.now() - startedAt));
}

/** Pipes both ways at the pace of the slower side, each way until it ends; resolves when both are over. */
function pipeBoth(worker: Socket, host: Socket, { limits }: Carrier): Promise<EgressCode | null> {
  return new Promise((resolve) => {
    let code: EgressCode | null = null;
    let open = 2;
    const breakOff = (reason: EgressCode) => {
      code ??= reason;
      worker.destroy();
      host.destroy();
    };
    for (const socket of [worker, host]) {
      socket.on('error', () => breakOff('EGRESS_BROKEN'));
      socket.setTimeout(limits.idle_ms, () => breakOff('EGRESS_IDLE_TIMEOUT'));
      socket.once('close', () => {
        if (!socket.readableEnded || !socket.writableFinished) breakOff('EGRESS_BROKEN');
        open -= 1;
        if (open === 0) resolve(code);
      });
    }
    worker.pipe(host).pipe(worker);
    if (worker.destroyed) breakOff('EGRESS_BROKEN');
  });
}
