import { sha256 } from '@wcp/spec';
import type { CompiledWorker } from '../world/compiled-worker.ts';

/**
 * Picks one of the eligible workers for a correlation (R9): the same correlation always gets the same
 * worker, many of them spread evenly, and a worker that comes or goes moves only its own share.
 *
 * @param eligible at least one worker
 */
export function rendezvousHash(eligible: readonly CompiledWorker[], correlationId: string): CompiledWorker {
  let best = eligible[0] as CompiledWorker;
  if (eligible.length === 1) return best;
  let greatest = '';
  for (const worker of eligible) {
    const hash = sha256(`${correlationId}\n${worker.worker_id}`);
    if (hash > greatest) [best, greatest] = [worker, hash];
  }
  return best;
}
