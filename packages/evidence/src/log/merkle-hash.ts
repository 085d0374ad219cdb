import { hash } from 'node:crypto';
import { type Sha256, WcpError } from '@wcp/spec';

/** A leaf of a log: bytes, or a text that stands for its UTF-8. */
export type MerkleLeaf = string | Uint8Array;

const WRITTEN = /^sha256:[0-9a-f]{64}$/;

/**
 * The hash of a leaf (RFC 9162 section 2.1.1): SHA-256 of 0x00 and the leaf.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a text with a lone surrogate, which has no UTF-8
 */
export function hashLeaf(leaf: MerkleLeaf): Buffer {
  if (typeof leaf !== 'string') return hash('sha256', Buffer.concat([Buffer.of(0), leaf]), 'buffer');
  if (!leaf.isWellFormed()) {
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'A leaf with a lone surrogate has no UTF-8.');
  }
  return hash('sha256', `\0${leaf}`, 'buffer');
}

const node = new Uint8Array(65).fill(1, 0, 1);

/** The hash of an inner node: SHA-256 of 0x01 and the hashes of its children. */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 33);
  return hash('sha256', node, 'buffer');
}

/** The hash of the tree without leaves. */
export function hashNothing(): Buffer {
  return hash('sha256', '', 'buffer');
}

/** A hash as the wire writes it. */
export function writeHash(bytes: Uint8Array): Sha256 {
  return `sha256:${Buffer.from(bytes).toString('hex')}`;
}

/** The bytes of a hash as the wire writes it, or null. */
export function readHash(text: unknown): Buffer | null {
  return typeof text === 'string' && WRITTEN.test(text) ? Buffer.from(text.slice(7), 'hex') : null;
}
