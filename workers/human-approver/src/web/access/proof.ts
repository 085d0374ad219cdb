import { hash } from 'node:crypto';

/**
 * A proof of work: nonces by which as many hashes begin with this many zero bits. About a million hashes in all, of
 * which a browser needs a second or a few; many small puzzles, so that no browser has bad luck for long.
 */
export const PROOF = { puzzles: 16, bits: 16 } as const;

const FORM = new RegExp(`^[0-9a-f]{${PROOF.puzzles * 8}}$`);

/**
 * Whether somebody worked for this attempt. A proof holds for one form and one password, so that each further guess
 * costs the same again, and nothing of it must be remembered.
 *
 * @param proof the nonces, 8 hexadecimal digits each; an attacker's
 * @param formToken the token of the form, which this server made for one visitor
 */
export function isProof(proof: string, formToken: string, password: string): boolean {
  if (!FORM.test(proof)) return false;
  const attempt = hash('sha256', `${formToken}\n${password}`, 'buffer');
  return Array.from({ length: PROOF.puzzles }, (_, index) => index).every((index) => {
    const block = Buffer.alloc(8);
    block.writeUInt32BE(index);
    block.write(proof.slice(index * 8, index * 8 + 8), 4, 'hex');
    return (
      hash('sha256', Buffer.concat([attempt, block]), 'buffer').readUInt32BE() >>> (32 - PROOF.bits) === 0
    );
  });
}
