import { sha256 } from '@wcp/spec/json';
import { isPlainObject, type MemberSink } from './plain-json.ts';
import type { ReceiptLink } from './receipt-examiner.ts';

/** What verification needs of a receipt that was read from the bytes of its canonical JSON. */
export interface PlainReceipt extends ReceiptLink {
  /** Null where it is no text, or absent. */
  readonly kind: string | null;
  readonly dispatched_at: string | null;
}

/** A receipt, and the hash of what its hash covers. */
export interface HashedEntry {
  readonly link: ReceiptLink;
  readonly hash: string;
}

/** The members that are read, in the order of canonical JSON. */
const NAMES = [
  'dispatched_at',
  'kind',
  'prev_receipt_hash',
  'receipt_hash',
  'seq',
  'signature',
  'signing_key_id',
  'stream',
] as const;
type Name = (typeof NAMES)[number];
const WRITTEN = NAMES.map((name) => Buffer.from(name));
const QUOTE = 0x22;

/** Longer receipts are rare, and left to the reader of all values. */
const MAX_LENGTH = 16_384;
const room = Buffer.alloc(MAX_LENGTH);

/**
 * Reads a receipt from the bytes of its canonical JSON without making values or another text of them: what is hashed
 * is cut out of what is there. Null for what is not canonical, no receipt, or not plain, as {@link isPlainObject}
 * says: the reader of all values judges that.
 */
export function readPlainReceipt(
  bytes: Buffer,
): { readonly link: PlainReceipt; readonly hash: string } | null {
  if (bytes.length > MAX_LENGTH) return null;
  const members = new ReceiptMembers(bytes);
  if (!isPlainObject(bytes, members)) return null;
  const [stream, receipt_hash] = [members.text('stream'), members.text('receipt_hash')];
  const [signing_key_id, signature] = [members.text('signing_key_id'), members.text('signature')];
  const [seq, prev_receipt_hash] = [members.seq(), members.text('prev_receipt_hash')];
  if (stream === null || receipt_hash === null || signing_key_id === null || signature === null) return null;
  if (seq === null || (prev_receipt_hash === null && !members.isNull('prev_receipt_hash'))) return null;
  const signed = { stream, seq, prev_receipt_hash, receipt_hash, signing_key_id, signature };
  const [kind, dispatched_at] = [members.text('kind'), members.text('dispatched_at')];
  return { link: { ...signed, kind, dispatched_at }, hash: members.hashWithoutSeal() };
}

/** Where the members lie that are read. */
class ReceiptMembers implements MemberSink {
  readonly #bytes: Buffer;
  /** Of each of the names: where the value begins and ends; 0 where it is absent. */
  readonly #values = new Int32Array(NAMES.length * 2);
  /** The first of the names that was not passed: they come in their order. */
  #next = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  member(name: number, nameEnd: number, value: number, valueEnd: number): void {
    for (let wanted = WRITTEN[this.#next]; wanted !== undefined; wanted = WRITTEN[this.#next]) {
      const order = this.#compare(name, nameEnd, wanted);
      if (order < 0) return;
      if (order === 0) {
        this.#values[this.#next * 2] = value;
        this.#values[this.#next * 2 + 1] = valueEnd;
      }
      this.#next += 1;
      if (order === 0) return;
    }
  }

  /** Null where it is no text, or absent. */
  text(name: Name): string | null {
    const [value, end] = this.#place(name);
    return end > 0 && this.#bytes[value] === QUOTE
      ? this.#bytes.toString('latin1', value + 1, end - 1)
      : null;
  }

  isNull(name: Name): boolean {
    const [value, end] = this.#place(name);
    return end > 0 && this.#bytes[value] === 0x6e;
  }

  /** Null where it is not a whole number that is not negative. */
  seq(): number | null {
    const [value, end] = this.#place('seq');
    let seq = end > 0 ? 0 : -1;
    for (let at = value; at < end && seq >= 0; at += 1) {
      const digit = (this.#bytes[at] as number) - 0x30;
      seq = digit >= 0 && digit <= 9 ? seq * 10 + digit : -1;
    }
    return seq < 0 ? null : seq;
  }

  /** Of the receipt without `receipt_hash` and `signature`, behind which `stream` is sure to stand. */
  hashWithoutSeal(): string {
    const [hash, hashEnd] = this.#place('receipt_hash');
    const [signature, signatureEnd] = this.#place('signature');
    const first = this.#copy(0, hash - '"receipt_hash":'.length, 0);
    const second = this.#copy(hashEnd + 1, signature - '"signature":'.length, first);
    return sha256(room.subarray(0, this.#copy(signatureEnd + 1, this.#bytes.length, second)));
  }

  #place(name: Name): [number, number] {
    const at = NAMES.indexOf(name) * 2;
    return [this.#values[at] as number, this.#values[at + 1] as number];
  }

  #compare(name: number, nameEnd: number, wanted: Uint8Array): number {
    const length = Math.min(nameEnd - name, wanted.length);
    for (let index = 0; index < length; index += 1) {
      const difference = (this.#bytes[name + index] as number) - (wanted[index] as number);
      if (difference !== 0) return difference;
    }
    return nameEnd - name - wanted.length;
  }

  /** Returns where the copy ends. */
  #copy(start: number, end: number, to: number): number {
    return to + this.#bytes.copy(room, to, start, end);
  }
}
