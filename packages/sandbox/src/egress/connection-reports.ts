import type { EgressTarget } from './allowlist.ts';
import type { EgressConnection } from './egress-settings.ts';
import type { EgressCode } from './inside/codes.ts';
import { EGRESS_CODES } from './inside/codes.ts';

/** How a connection ended. */
export interface ConnectionEnd {
  readonly code: EgressCode | null;
  /** Whether the host had been reached. */
  readonly connected: boolean;
  readonly address?: string | null;
  readonly sent?: number;
  readonly received?: number;
}

/** What is left of a name that a worker wrote. */
const MAX_NAME = 253;

/**
 * Tells of connections. Those that were made are all told; of the others so many each second, because a worker can
 * fail as often as it likes, and the next one says how many were omitted.
 */
export class ConnectionReports {
  readonly #tell: (connection: EgressConnection) => void;
  readonly #perSecond: number;
  #allowance: number;
  #filledAt = performance.now();
  #omitted = 0;

  constructor(tell: (connection: EgressConnection) => void, perSecond: number) {
    this.#tell = tell;
    this.#perSecond = perSecond;
    this.#allowance = perSecond;
  }

  /** Begins a connection; what it returns is called when it is over. */
  begin({ host, port }: EgressTarget): (end: ConnectionEnd) => void {
    const startedAt = performance.now();
    return ({ code, connected, address = null, sent = 0, received = 0 }) => {
      if (!connected && !this.#mayTell()) return;
      const outcome = connected || code === null ? 'connected' : outcomeOf(code);
      const duration = Math.round(performance.now() - startedAt);
      const bytes = { bytes_sent: sent, bytes_received: received };
      const omitted = this.#omitted;
      this.#omitted = 0;
      this.#tell({ host, port, address, outcome, code, ...bytes, duration_ms: duration, omitted });
    };
  }

  /** Tells that a worker asked for a host that is not listed. The text is the worker's. */
  refused(text: string, port: number): void {
    this.begin({ host: printable(text), port })({ code: 'EGRESS_NOT_LISTED', connected: false });
  }

  /** Whether one more may be told: a bucket that fills by so many a second and holds as many. */
  #mayTell(): boolean {
    const now = performance.now();
    const filled = this.#allowance + ((now - this.#filledAt) / 1_000) * this.#perSecond;
    this.#allowance = Math.min(this.#perSecond, filled);
    this.#filledAt = now;
    if (this.#allowance < 1) {
      this.#omitted += 1;
      return false;
    }
    this.#allowance -= 1;
    return true;
  }
}

function outcomeOf(code: EgressCode): 'refused' | 'failed' {
  return EGRESS_CODES[code].outcome === 'refused' ? 'refused' : 'failed';
}

/** Visible ASCII stays; every other character, and the backslash that escapes it, is written as its number. */
function printable(text: string): string {
  const escaped = text.replace(
    /[^\x21-\x5b\x5d-\x7e]/gu,
    (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`,
  );
  return escaped.slice(0, MAX_NAME);
}
