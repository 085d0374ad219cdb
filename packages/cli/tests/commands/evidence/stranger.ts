/** What somebody writes who knows C2SP tlog-tiles and section 8, and has nothing of ours but an address and a key. */
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (entry: Uint8Array) => sha256(Buffer.of(0), entry);
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right);

const isGood = (key: string, signed: string, signature: string) => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, 'base64'));
};

/** A receipt, as far as a stranger reads it. */
interface SeenReceipt {
  readonly kind: string;
  readonly receipt_hash: string;
  readonly signature: string;
  readonly key?: { readonly action: string; readonly public_key: string };
  readonly erasure?: { readonly tenant_id: string | null };
}

/** What the stranger saw and found to be true. */
export interface SeenLog {
  readonly size: number;
  readonly receipts: readonly SeenReceipt[];
  /** Every signature by the key in force at its position, the checkpoint's by that at the end. */
  readonly areSigned: boolean;
  /** The root of the checkpoint is that of the entries. */
  readonly isRoot: boolean;
  /** The same root from the tiles of hashes, and one entry in it by its path through them. */
  readonly isRootOfTiles: boolean;
  readonly isIncluded: boolean;
}

/** Reads a whole log from where it is served. @param at the position whose inclusion is shown */
export async function readServedLog(url: string, firstKey: string, at: number): Promise<SeenLog> {
  const note = await (await fetch(`${url}/checkpoint`)).text();
  const [body = '', signatures = ''] = note.split('\n\n');
  const [, sizeText = '', root = ''] = body.split('\n');
  const size = Number(sizeText);
  const entries = await entriesOf(url, size);
  const receipts = entries.map((entry) => JSON.parse(entry.toString()) as SeenReceipt);
  let key = firstKey;
  let areSigned = true;
  for (const { receipt_hash, signature, key: change } of receipts) {
    areSigned &&= isGood(key, receipt_hash, signature);
    if (change?.action === 'rotate') key = change.public_key;
  }
  const signature = Buffer.from(signatures.trim().split(' ').at(-1) ?? '', 'base64').subarray(4);
  areSigned &&= isGood(key, `${body}\n`, signature.toString('base64'));
  const expected = Buffer.from(root, 'base64');
  const leaves = entries.map(leafOf);
  const level0 = await hashesOf(url, 0, size);
  return {
    ...{ size, receipts, areSigned },
    isRoot: rootOf(leaves).equals(expected),
    isRootOfTiles: rootOf(level0).equals(expected),
    isIncluded: rootByPath(leafOf(entries[at] as Buffer), at, level0).equals(expected),
  };
}

const indexPath = (index: number) => String(index).padStart(3, '0');

/** The files of a row of tiles: full ones, and one that is not. */
function pathsOf(level: string, count: number): { readonly path: string; readonly width: number }[] {
  return Array.from({ length: Math.ceil(count / 256) }, (_, index) => {
    const width = Math.min(256, count - index * 256);
    return { path: `tile/${level}/${indexPath(index)}${width === 256 ? '' : `.p/${width}`}`, width };
  });
}

async function bytesOf(url: string, path: string): Promise<Buffer> {
  const answer = await fetch(`${url}/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

async function entriesOf(url: string, size: number): Promise<Buffer[]> {
  const entries: Buffer[] = [];
  for (const { path } of pathsOf('entries', size)) {
    const bytes = await bytesOf(url, path);
    for (let start = 0; start < bytes.length; ) {
      const end = start + 2 + bytes.readUInt16BE(start);
      entries.push(bytes.subarray(start + 2, end));
      start = end;
    }
  }
  return entries;
}

async function hashesOf(url: string, level: number, count: number): Promise<Buffer[]> {
  const tiles = pathsOf(String(level), count).map(({ path }) => bytesOf(url, path));
  const bytes = Buffer.concat(await Promise.all(tiles));
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * 32, index * 32 + 32));
}

/** RFC 9162 section 2.1.1, as it is written there. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  const split = splitOf(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** The root from one leaf and the siblings on its way up. */
function rootByPath(leaf: Buffer, at: number, leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaf;
  const split = splitOf(leaves.length);
  return at < split
    ? nodeOf(rootByPath(leaf, at, leaves.slice(0, split)), rootOf(leaves.slice(split)))
    : nodeOf(rootOf(leaves.slice(0, split)), rootByPath(leaf, at - split, leaves.slice(split)));
}

const splitOf = (size: number) => 2 ** Math.floor(Math.log2(size - 1));
