import { isUtf8 } from 'node:buffer';
import { followLogKey } from '@wcp/evidence/log';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import type { Logger } from '../base/logger.ts';
import { PermitKeys } from '../storage/keys/permit-keys.ts';

/** What a worker knows of its Halls. */
export interface FollowedHalls {
  /** The raw public keys whose permits count. */
  readonly hallKeys: readonly string[];
  /** Where those Halls show the keys of their logs. */
  readonly hallUrls: readonly string[];
  readonly log: Logger;
  /** Milliseconds between two questions to a Hall, whoever sends permits that nobody signed (default 5,000). */
  readonly rest_ms?: number;
}

const REST_MS = 5_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4_194_304;

/**
 * Follows the keys of Halls whose logs change theirs (section 8.7): from a key that the worker was given, by receipts
 * that it signed. What a Hall says of itself is believed no further, so that neither a server in its place nor another
 * log gets its permits accepted. A key that was followed no longer counts.
 */
export class HallKeyFollower {
  readonly keys = new PermitKeys();
  readonly #halls: FollowedHalls;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<boolean> | null = null;

  constructor(halls: FollowedHalls) {
    this.#halls = halls;
    this.keys.replace(halls.hallKeys);
  }

  /** Asks the Halls, unless that was done a moment ago: the keys that count now, or null where none changed. */
  readonly follow = async (): Promise<readonly string[] | null> => {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return (await this.#asking) ? this.keys.current : null;
  };

  async #ask(): Promise<boolean> {
    const { hallUrls, rest_ms = REST_MS } = this.#halls;
    const now = performance.now();
    if (now - this.#askedAt < rest_ms) return false;
    this.#askedAt = now;
    const before = this.keys.current;
    for (const url of hallUrls) await this.#followHall(url);
    return this.keys.current !== before;
  }

  async #followHall(url: string): Promise<void> {
    const { log } = this.#halls;
    const shown = await readLogKeys(url).catch((error: unknown) => String((error as Error).message));
    if (typeof shown === 'string') {
      log(
        'warn',
        `The keys of the Hall at ${url} cannot be read: ${shown}. Permits of a new key are refused.`,
      );
      return;
    }
    const known = this.keys.current;
    if (known.includes(shown.permit_key)) return;
    const followed = known.find((key) => followLogKey(key, shown.changes) === shown.permit_key);
    if (followed === undefined) {
      log(
        'warn',
        `The Hall at ${url} names a key that does not follow from one that this worker was given. ${REMEDY}`,
      );
      return;
    }
    this.keys.replace(known.map((key) => (key === followed ? shown.permit_key : key)));
    log('info', `The Hall at ${url} has another key: its permits are signed with ${shown.permit_key} now.`);
  }
}

const REMEDY =
  'Ask its operator for the key, and start the worker with it (--hall-key); if a key was stolen, that is the only way.';

interface ShownKeys {
  readonly permit_key: string;
  readonly changes: unknown;
}

/** @throws with the reason, for people */
async function readLogKeys(url: string): Promise<ShownKeys> {
  const address = new URL('wcp/log/keys', url.endsWith('/') ? url : `${url}/`);
  const headers = { accept: 'application/json' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(address, { headers, redirect: 'manual', signal });
  const bytes = await readBody(response);
  if (response.status !== 200) throw new Error(`it answers with ${response.status}`);
  if (bytes === null || !isUtf8(bytes)) throw new Error('its answer is too long, or not UTF-8');
  const document = Object(parseJson(bytes.toString(), FOREIGN_TEXT_LIMITS));
  const { permit_key, changes } = document as Partial<ShownKeys>;
  if (typeof permit_key !== 'string') throw new Error('its answer is not that of a Hall');
  return { permit_key, changes };
}

/** Null for what is too long. Leaving the loop closes the connection. */
async function readBody({ body }: Response): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
