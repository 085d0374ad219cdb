import type { KeyChange, Receipt } from '@wcp/spec/document';
import { appendReceipt, createReceiptChain, type SigningKey, signCheckpoint } from '../../src/index.ts';
import { signingKeyFromSeed } from '../../src/key/index.ts';
import { keyRevocation, keyRotation } from '../../src/log/index.ts';
import { logReceipt, type ReceiptDraft, receiptHeads } from '../../src/receipt/index.ts';
import { draftOf, treeOf } from '../support.ts';

export const ORIGIN = 'hall.example/log';

/** The n-th key of a log, the same every time. */
export const keyOf = (index: number): SigningKey =>
  signingKeyFromSeed(String(index).padStart(2, '0').repeat(32));

/** A log whose key changes. */
export class RotatedLog {
  readonly receipts: Receipt[] = [];
  readonly checkpoints: string[] = [];
  #chain = createReceiptChain(keyOf(0));
  #keys = 1;

  /** The number of the key in force. */
  get inForce(): number {
    return this.#keys - 1;
  }

  append(stream = 'tenant-1', members: Partial<ReceiptDraft> = {}): this {
    return this.#add({ ...draftOf(stream), ...members });
  }

  async rotate(changes: Partial<KeyChange> = {}): Promise<this> {
    const [current, next] = [this.#chain.key, keyOf(this.#keys)];
    const change = await keyRotation({ origin: ORIGIN, current, next, position: this.receipts.length });
    this.change({ ...change, ...changes });
    this.#chain = createReceiptChain(next, receiptHeads(this.#chain));
    this.#keys += 1;
    return this;
  }

  revoke(index: number, from: number, changes: Partial<KeyChange> = {}): this {
    const { keyId: key_id, publicKey: public_key } = keyOf(index);
    return this.change({ ...keyRevocation({ key_id, public_key }, from, ORIGIN), ...changes });
  }

  change(key: KeyChange, place: Partial<ReceiptDraft> = {}): this {
    const at = '2026-01-01T00:00:00.000Z';
    const receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057';
    return this.#add({ ...logReceipt({ receipt_id, at, statement: { kind: 'key', key } }), ...place });
  }

  /** What a key signs next, whether it is in force or not. */
  signedBy(index: number): this {
    const { key } = this.#chain;
    this.#chain = createReceiptChain(keyOf(index), receiptHeads(this.#chain));
    this.append();
    this.#chain = createReceiptChain(key, receiptHeads(this.#chain));
    return this;
  }

  checkpoint(signer: SigningKey = this.#chain.key): this {
    const tree = treeOf(this.receipts);
    this.checkpoints.push(signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, signer));
    return this;
  }

  /** What an auditor gets who knows the first key alone. */
  get evidence() {
    const { receipts, checkpoints } = this;
    return { receipts, checkpoints, origin: ORIGIN, first_key: keyOf(0).publicKey };
  }

  #add(draft: ReceiptDraft): this {
    const { receipt, chain } = appendReceipt(this.#chain, draft);
    this.#chain = chain;
    this.receipts.push(receipt);
    return this;
  }
}
