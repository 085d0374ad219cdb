import { hash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PROOF_SOLVER } from '../../src/page/proof-script.ts';
import { isProof, PROOF } from '../../src/web/access/proof.ts';

interface Solver {
  sha256(bytes: Uint8Array): Int32Array;
  solve(text: string, puzzles: number, bits: number): Promise<string>;
}
const solver = new Function(`'use strict';${PROOF_SOLVER};return { sha256, solve }`)() as Solver;

const hex = (words: Int32Array) =>
  [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

describe('the script that works for an attempt', () => {
  test('Its SHA-256 is that of Node, at every length around a block and for any bytes.', () => {
    for (let length = 0; length < 200; length += 1) {
      const bytes = Buffer.alloc(length, length);
      expect(hex(solver.sha256(bytes))).toBe(hash('sha256', bytes, 'hex'));
    }
    for (let n = 0; n < 100; n += 1) {
      const bytes = randomBytes(n * 7);
      expect(hex(solver.sha256(bytes))).toBe(hash('sha256', bytes, 'hex'));
    }
  });

  test.each(['a password', 'pässwörd 🔑', 'x'.repeat(500)])(
    'What it finds for %j is a proof, for that password alone.',
    async (password) => {
      const proof = await solver.solve(`form\n${password}`, PROOF.puzzles, PROOF.bits);
      expect(isProof(proof, 'form', password)).toBe(true);
      expect(isProof(proof, 'form', `${password}.`)).toBe(false);
      expect(isProof(proof, 'other', password)).toBe(false);
    },
  );
});
