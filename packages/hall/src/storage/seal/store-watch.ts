import { WcpError } from '@wcp/spec';
import type { StoreCheck } from '../ledger/background-check.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TamperWatch } from './tamper-watch.ts';

const INTERVAL_MS = 1_000;

/** Knows how far the check of a store has come, and notes what it found, whether or not anybody asks for a row. */
export class StoreWatch {
  readonly #ledger: Pick<Ledger, 'storeCheck'>;
  readonly #tampering: TamperWatch;
  #check: StoreCheck = { state: 'running', checked: 0, of: 0, finding: null };

  constructor(ledger: Pick<Ledger, 'storeCheck'>, tampering: TamperWatch) {
    this.#ledger = ledger;
    this.#tampering = tampering;
  }

  get check(): StoreCheck {
    return this.#check;
  }

  /** Looks now, and again after a while until the check is over; a store that was closed has nothing to say. */
  async look(): Promise<void> {
    const check = await this.#ledger.storeCheck().catch(() => null);
    if (check === null) return;
    this.#check = check;
    if (check.finding !== null) this.#tampering.note(new WcpError('ERR_WCP_STORE_TAMPERED', check.finding));
    if (check.state === 'running') setTimeout(() => void this.look(), INTERVAL_MS).unref();
  }
}
