import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '../connect.ts';

const FIRST_WITHOUT_UNASKED = '2026-07-28';
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 30_000];
const WITHOUT_END_MS = 2 ** 31 - 1;

/** What a server may tell of, by the capability that says so. */
const KINDS = ['tools', 'prompts', 'resources'] as const;

/**
 * From 2026-07-28 on a server tells of changed lists only while a request for that is open: it is kept open. Nothing
 * resumes, so after a break each list may have changed.
 */
export function followListChanges(
  connection: Connection,
  closing: AbortSignal,
  tell: (method: string) => void,
): void {
  const kinds = KINDS.filter((kind) => tellsOf(connection.capabilities, kind));
  if (connection.revision >= FIRST_WITHOUT_UNASKED && kinds.length > 0)
    void follow(connection, kinds, closing, tell);
}

async function follow(
  { peer, meta }: Connection,
  kinds: readonly string[],
  closing: AbortSignal,
  tell: (method: string) => void,
): Promise<void> {
  const notifications = Object.fromEntries(kinds.map((kind) => [`${kind}ListChanged`, true]));
  const call = { timeout_ms: WITHOUT_END_MS, signal: closing };
  for (let pause = FIRST_PAUSE_MS; !closing.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const began = performance.now();
    const isOver = await peer.request('subscriptions/listen', { notifications }, call, meta).then(
      () => false,
      ({ code }: { readonly code: unknown }) => typeof code === 'number' || OVER.has(code),
    );
    if (isOver || closing.aborted) return;
    if (performance.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
    await wait(pause, undefined, { signal: closing, ref: false }).catch(() => {});
    for (const kind of kinds) tell(`notifications/${kind}/list_changed`);
  }
}

/** With the connection the request is over as well. */
const OVER: ReadonlySet<unknown> = new Set(['DELIVERY_CLOSED', 'DELIVERY_CRASHED', 'DELIVERY_WITHDRAWN']);

function tellsOf(capabilities: unknown, kind: string): boolean {
  const { listChanged } = Object((Object(capabilities) as Record<string, unknown>)[kind]) as Record<
    string,
    unknown
  >;
  return listChanged === true;
}
