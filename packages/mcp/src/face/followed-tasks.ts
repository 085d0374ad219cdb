import { setTimeout as sleep } from 'node:timers/promises';
import { RPC_CODES, RpcError } from '../base/json-rpc.ts';
import type { Members } from '../base/members.ts';
import type { Exchange } from './exchange.ts';
import type { FaceParts } from './face-parts.ts';
import { checkDeclared, readTask } from './method/task-methods.ts';

/** Tasks of which a client hears when they change. */
export interface FollowedTasks {
  /** Those that are this caller's. */
  readonly ids: readonly string[];
  /** Tells of each task as it is now, and again whenever it is another. @returns a function that ends it */
  follow(notify: (task: Members) => void): () => void;
}

const MAX_TASKS = 64;
const [MIN_POLL_MS, MAX_POLL_MS] = [250, 5_000];
const ENDED: readonly unknown[] = ['completed', 'failed', 'cancelled'];

/**
 * Finds the tasks that a client asks to hear of. One that is not its own is left out, as if there were none.
 *
 * @throws {RpcError} `-32021` for a client that takes no tasks
 */
export async function followedTasks(
  parts: FaceParts,
  wanted: unknown,
  exchange: Exchange,
): Promise<FollowedTasks> {
  if (wanted !== undefined) checkDeclared(exchange);
  const ids: string[] = [];
  for (const id of Array.isArray(wanted) ? new Set(wanted.slice(0, MAX_TASKS)) : []) {
    const task = await readTask(parts, id, exchange).catch(nullWhereRefused);
    if (task !== null) ids.push(id);
  }
  return {
    ids,
    follow(notify) {
      const ending = new AbortController();
      const own = { ...exchange, signal: ending.signal };
      for (const id of ids) followTask(parts, id, own, notify).catch(() => {});
      return () => ending.abort(new Error('Nobody listens any more.'));
    },
  };
}

async function followTask(
  parts: FaceParts,
  id: string,
  exchange: Exchange,
  notify: (task: Members) => void,
): Promise<void> {
  for (let told = ''; ; ) {
    const task = await readTask(parts, id, exchange).catch(nullWhereItMayCome);
    exchange.signal.throwIfAborted();
    const now = task === null ? told : JSON.stringify(task);
    if (task !== null && now !== told) notify(task);
    told = now;
    if (ENDED.includes(task?.['status'])) return;
    await sleep(pauseOf(task ?? {}), undefined, { signal: exchange.signal, ref: false });
  }
}

/** Its server may be away, or it asks for what this client cannot answer; a task that is gone stays that. */
function nullWhereItMayCome(error: unknown): null {
  if (error instanceof RpcError && error.code !== RPC_CODES.invalidParams) return null;
  throw error;
}

function pauseOf({ pollIntervalMs }: Members): number {
  const said = typeof pollIntervalMs === 'number' && pollIntervalMs > 0 ? pollIntervalMs : MAX_POLL_MS;
  return Math.min(Math.max(said, MIN_POLL_MS), MAX_POLL_MS);
}

function nullWhereRefused(error: unknown): null {
  if (error instanceof RpcError) return null;
  throw error;
}
