import type { KeyChange } from '@wcp/spec/document';
import { isObject, own } from '../base/own-member.ts';
import { keyIdOf, readPublicKey } from '../key/public-key.ts';
import { isSignedBy } from '../key/signature.ts';
import { LOG_STREAM } from '../receipt/log-receipt.ts';
import { ReceiptExaminer, type ReceiptLink } from '../receipt/receipt-examiner.ts';
import { rotationText } from './key-change.ts';

/** A key of a log, and the positions that it may sign. */
export interface KeyTerm {
  readonly key_id: string;
  /** The raw public key, 64 lower-case hexadecimal digits. */
  readonly public_key: string;
  readonly from_position: number;
  /** The first position that it may no longer sign; null for the key in force. */
  readonly to_position: number | null;
  /** The first position from which on nothing that it signed counts; null where it was not revoked. */
  readonly revoked_from: number | null;
}

/** A receipt at its position in the log. */
export interface ReceiptAtPosition {
  readonly position: number;
  readonly receipt: unknown;
}

/**
 * Reads the keys of a log from its receipts of kind `key`, starting from those that the auditor trusts: one of them,
 * the first key of the log, is enough (section 8.7). Never throws.
 *
 * @param receipts in the order of their positions; others than those of kind `key` are ignored
 * @param trusted `{signing_key_id: 64 hexadecimal digits}`
 * @example
 * ```ts
 * import { type ReceiptAtPosition, readKeyHistory } from '@wcp/evidence/log';
 *
 * declare const receipts: ReceiptAtPosition[];
 * declare const trusted: Record<string, string>;
 * const history = readKeyHistory(receipts, trusted);
 * for (const { key_id, from_position } of history.terms) console.log(key_id, from_position);
 * ```
 */
export function readKeyHistory(receipts: Iterable<ReceiptAtPosition>, trusted: unknown): KeyHistory {
  const history = new KeyHistory(trusted);
  const examiner = new ReceiptExaminer((key_id) => history.find(key_id));
  for (const { receipt, position } of receipts) {
    if (own(receipt, 'kind') !== 'key') continue;
    const { link, codes } = examiner.examineAlone(receipt);
    // What the key in force did not sign changes nothing: it has a finding of its own.
    if (link === null || codes.length > 0 || !history.isInForce(link.signing_key_id, position)) continue;
    history.add(link, position);
  }
  return history;
}

/** The keys of a log, and the positions that each may sign. */
export class KeyHistory {
  readonly #trusted: unknown;
  readonly #changes: { readonly position: number; readonly origin: string | null }[] = [];
  #terms: readonly KeyTerm[] = [];

  constructor(trusted: unknown) {
    this.#trusted = trusted;
  }

  /** The keys in the order of their terms; empty before the first rotation. */
  get terms(): readonly KeyTerm[] {
    return this.#terms;
  }

  /** The public key of an id, whenever it was in force; undefined where nobody vouches for it. */
  find(key_id: string): unknown {
    return this.#termOf(key_id)?.public_key ?? own(this.#trusted, key_id);
  }

  /** The term of the key that signs a position, and the checkpoint of that size; null where no key ever changed. */
  at(position: number): KeyTerm | null {
    return this.#terms.findLast(({ from_position }) => from_position <= position) ?? null;
  }

  /** Whether a key may sign a position. */
  isInForce(key_id: string, position: number): boolean {
    const term = this.at(position);
    return term === null ? own(this.#trusted, key_id) !== undefined : term.key_id === key_id;
  }

  /** Whether nothing counts that a key signed at a position, or for a log of that size. */
  isRevoked(key_id: string, position: number): boolean {
    const from = this.#termOf(key_id)?.revoked_from ?? null;
    return from !== null && from <= position;
  }

  /** The positions of changes that do not hold, or are of another log than one of these. */
  invalidPositions(origins: ReadonlySet<string> | null): ReadonlySet<number> {
    const invalid = this.#changes.filter(
      ({ origin }) => origin === null || (origins !== null && !origins.has(origin)),
    );
    return new Set(invalid.map(({ position }) => position));
  }

  /** Takes in a receipt that the key in force signed; a change that does not hold changes nothing. */
  add(receipt: ReceiptLink, position: number): void {
    const change = own(receipt, 'key');
    const isChange = receipt.stream === LOG_STREAM && isKeyChange(change);
    const holds = isChange && this.#change(change, receipt.signing_key_id, position);
    this.#changes.push({ position, origin: holds ? change.origin : null });
  }

  #change(change: KeyChange, signer: string, position: number): boolean {
    return change.action === 'rotate'
      ? this.#rotate(change, signer, position)
      : this.#revoke(change, signer, position);
  }

  #rotate(change: KeyChange, signer: string, position: number): boolean {
    const { key_id, public_key, from_position, origin, proof } = change;
    const old_key = String(this.find(signer)).toLowerCase();
    const text = rotationText({ origin, old_key, new_key: public_key, from_position });
    if (from_position !== position + 1 || key_id === signer || this.#termOf(key_id) !== undefined)
      return false;
    if (!isSignedBy(public_key, text, proof)) return false;
    const last = this.#terms.at(-1) ?? {
      key_id: signer,
      public_key: old_key,
      from_position: 0,
      revoked_from: null,
    };
    const next = { key_id, public_key, from_position, to_position: null, revoked_from: null };
    this.#terms = [...this.#terms.slice(0, -1), { ...last, to_position: from_position }, next];
    return true;
  }

  /** The key in force never revokes itself: whoever stole it could say that of any position. */
  #revoke(
    { key_id, public_key, from_position, proof }: KeyChange,
    signer: string,
    position: number,
  ): boolean {
    const term = this.#termOf(key_id);
    if (term === undefined || key_id === signer || term.public_key !== public_key) return false;
    if (from_position > position || proof !== null) return false;
    const revoked_from = Math.min(term.revoked_from ?? from_position, from_position);
    this.#terms = this.#terms.map((each) => (each === term ? { ...term, revoked_from } : each));
    return true;
  }

  #termOf(key_id: string): KeyTerm | undefined {
    return this.#terms.find((term) => term.key_id === key_id);
  }
}

const MEMBERS = ['action', 'from_position', 'key_id', 'origin', 'proof', 'public_key'];

/** Whether a value that was read from JSON has the form of a change, and names a key that can be used. */
function isKeyChange(value: unknown): value is KeyChange {
  if (!isObject(value) || Object.keys(value).sort().join() !== MEMBERS.join()) return false;
  const { action, key_id, public_key, from_position, origin, proof } = value as Record<string, unknown>;
  const isAction = action === 'rotate' || action === 'revoke';
  const isText =
    typeof origin === 'string' && origin.length > 0 && (proof === null || typeof proof === 'string');
  const isPosition = Number.isSafeInteger(from_position) && Number(from_position) >= 0;
  return isAction && isText && isPosition && isKeyOf(key_id, public_key);
}

function isKeyOf(key_id: unknown, public_key: unknown): boolean {
  if (typeof public_key !== 'string' || !/^[0-9a-f]{64}$/.test(public_key)) return false;
  return readPublicKey(public_key) !== null && keyIdOf(public_key) === key_id;
}
