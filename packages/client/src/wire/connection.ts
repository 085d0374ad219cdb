import { misuse } from './errors.ts';

/** How a client is made. */
export interface HallClientOptions {
  /** The address of the Hall: `http(s)://host[:port][/path]` without a user name, query or fragment. */
  readonly url: string | URL;
  /** The API key `wcp_…` or the signed credential to authenticate with; without one only public operations work. */
  readonly key?: string | undefined;
  /** Sends the requests; the global `fetch` by default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long a call may take with its retries, in milliseconds; 300,000 by default, since a dispatch waits for its worker. */
  readonly timeout_ms?: number | undefined;
  /** Ends every call of the client, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often a call that is safe to repeat is repeated after a failure; 2 by default. */
  readonly retries?: number | undefined;
  /** The largest answer, in bytes; 64 MiB by default. */
  readonly max_answer_bytes?: number | undefined;
}

/** What a client sends its requests with. */
export interface Connection {
  /** Ends in `/`. */
  readonly url: URL;
  readonly key: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly timeout_ms: number;
  readonly signal: AbortSignal | null;
  readonly retries: number;
  readonly max_answer_bytes: number;
}

const TIMEOUT_MS = 300_000;
const RETRIES = 2;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws {WcpError} `ERR_WCP_HALL` for an address or a key that cannot be used */
export function openConnection(options: HallClientOptions): Connection {
  const { key = null, signal = null, timeout_ms = TIMEOUT_MS, retries = RETRIES } = options;
  return {
    url: readUrl(options.url),
    key: key === null ? null : readKey(key),
    // Called as a plain function: a browser's fetch refuses to be a method of something else.
    fetch: (input, init) => (options.fetch ?? globalThis.fetch)(input, init),
    timeout_ms,
    signal,
    retries,
    max_answer_bytes: options.max_answer_bytes ?? MAX_ANSWER_BYTES,
  };
}

function readUrl(text: string | URL): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : null;
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (!isPlain) {
    throw misuse(
      'The address of a Hall is http(s)://host[:port][/path] without a user name, query or fragment.',
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** @throws {WcpError} `ERR_WCP_HALL` for what no header can carry */
export function readKey(key: string): string {
  if (/^[\x21-\x7e]{1,8192}$/.test(key)) return key;
  throw misuse('A key consists of visible ASCII characters.');
}
