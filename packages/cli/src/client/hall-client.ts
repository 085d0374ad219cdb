import { type Answer, readHallAnswer } from './answer.ts';
import { type BodySource, notAHall, problemError, unreachable } from './hall-errors.ts';

/** The query of a request; members without a value are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly query?: Query;
  /** A text is sent as it is. */
  readonly body?: unknown;
  readonly source?: BodySource | null;
  /** The answer need not be JSON. */
  readonly isText?: boolean;
}

/** Long enough for a slow worker. */
const TIME_LIMIT_MS = 300_000;
const PAGE = 500;
/** The status of a decision that denied, which is an answer too. */
const DENIED = 403;

/** A Hall over HTTP (section 9). Anything but a proper answer is thrown as a `CliError` in plain words. */
export class HallClient {
  readonly #url: URL;
  readonly #key: string | undefined;

  /** @param url ends in `/` */
  constructor(url: URL, key: string | undefined) {
    this.#url = url;
    this.#key = key;
  }

  async get<T>(path: string, query: Query = {}): Promise<T> {
    return (await this.#send(path, { method: 'GET', query })).json as T;
  }

  async text(path: string): Promise<string> {
    return (await this.#send(path, { method: 'GET', isText: true })).text;
  }

  /** @param source where the body came from, so that findings are reported at their places in it */
  async post<T>(path: string, body: unknown, source: BodySource | null = null): Promise<T> {
    return (await this.#send(path, { method: 'POST', body, source })).json as T;
  }

  async delete<T>(path: string): Promise<T> {
    return (await this.#send(path, { method: 'DELETE' })).json as T;
  }

  /** Every item of a list, fetched page by page as they are consumed. */
  async *items<T>(path: string, query: Query = {}): AsyncGenerator<T> {
    let { cursor } = query;
    do {
      const page: Page<T> = await this.get(path, { limit: PAGE, ...query, cursor });
      yield* page.items;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  async #send(path: string, request: Request): Promise<Answer> {
    const url = new URL(path, this.#url);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const answer = await this.#fetch(url, request);
    const { status, problem, json } = answer;
    if (problem !== null) throw problemError(problem, request.source ?? null);
    const isReadable = json !== undefined || request.isText === true;
    if (isReadable && (status < 300 || status === DENIED)) return answer;
    throw notAHall(this.#url, status);
  }

  async #fetch(url: URL, { method, body }: Request): Promise<Answer> {
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: 'application/json, text/plain;q=0.9',
          ...(this.#key !== undefined && { authorization: `Bearer ${this.#key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        // A key is sent to the given address and to no other.
        redirect: 'error',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      return await readHallAnswer(response);
    } catch (error) {
      throw unreachable(this.#url, error);
    }
  }
}
