import type { ReceiptFindingCode } from '../base/finding.ts';
import { examinePlace, type ReceiptLink } from '../receipt/receipt-examiner.ts';
import type { StreamRun } from './examine-lines.ts';

/** Places of a stream, from the first to the last. */
interface Places {
  readonly from: number;
  to: number;
}

interface Stream {
  last: ReceiptLink;
  readonly taken: Places[];
}

/**
 * Which places of which streams were taken, without their receipts: an intact stream takes one range. Places that were
 * taken twice are contested; whether by different receipts, only another reading shows.
 */
export class StreamPlaces {
  readonly #streams = new Map<string, Stream>();
  readonly #contested = new Map<string, Places[]>();

  /** Takes the places of a run, and says what is wrong with that of its first receipt. */
  add({ first, last }: StreamRun): readonly ReceiptFindingCode[] {
    const { stream: name } = first;
    const stream = this.#streams.get(name);
    const codes = examinePlace(first, stream?.last);
    const taken = stream?.taken ?? [];
    this.#contest(name, taken, { from: first.seq, to: last.seq });
    take(taken, { from: first.seq, to: last.seq });
    this.#streams.set(name, { last, taken });
    return codes;
  }

  /** Whether nobody claims a place twice. */
  get isUncontested(): boolean {
    return this.#contested.size === 0;
  }

  isContested({ stream, seq }: ReceiptLink): boolean {
    return this.#contested.get(stream)?.some(({ from, to }) => from <= seq && seq <= to) ?? false;
  }

  #contest(name: string, taken: readonly Places[], { from, to }: Places): void {
    const shared = taken
      .map((each) => ({ from: Math.max(from, each.from), to: Math.min(to, each.to) }))
      .filter((each) => each.from <= each.to);
    if (shared.length > 0) this.#contested.set(name, [...(this.#contested.get(name) ?? []), ...shared]);
  }
}

/** What goes on where the last range ended makes it longer: an intact stream has one, however long it is. */
function take(taken: Places[], places: Places): void {
  const last = taken.at(-1);
  if (last !== undefined && places.from - last.to === 1) last.to = places.to;
  else taken.push(places);
}
