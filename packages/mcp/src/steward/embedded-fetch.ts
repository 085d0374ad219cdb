/** The HTTP interface of an embedded Hall, as far as it is needed here: `hall.app`. */
export interface EmbeddedApp {
  inject(request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly payload?: string;
  }): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly rawPayload: Uint8Array;
  }>;
}

/**
 * A `fetch` for the client of a Hall that runs in this process: each request passes the whole HTTP interface with its
 * checks, only without a socket.
 *
 * @example
 * import { createHallClient } from '@wcp/client';
 * import type { Hall } from '@wcp/hall';
 * import { embeddedFetch } from '@wcp/mcp';
 *
 * declare const hall: Hall;
 * const client = createHallClient({ url: 'http://localhost', key: 'wcp_…', fetch: embeddedFetch(hall.app) });
 * console.log((await client.listPendingApprovals()).items.length);
 */
export function embeddedFetch(app: EmbeddedApp): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const { pathname, search } = new URL(request.url);
    const payload = request.body === null ? undefined : await request.text();
    const answering = app.inject({
      method: request.method,
      url: `${pathname}${search}`,
      headers: Object.fromEntries(request.headers),
      ...(payload !== undefined && { payload }),
    });
    const answer = await Promise.race([answering, abortOf(request.signal)]);
    const hasBody = ![204, 205, 304].includes(answer.statusCode);
    return new Response(hasBody ? Uint8Array.from(answer.rawPayload) : null, {
      status: answer.statusCode,
      headers: textHeaders(answer.headers),
    });
  };
}

/** Rejects with the reason of a signal. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function textHeaders(headers: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined)
      .map((each): [string, string] => [name, String(each)]),
  );
}
