import { constantHtml } from './html.ts';

/**
 * Finds the nonces of a proof of work. SHA-256 is written out, because browsers offer their own only to pages over
 * HTTPS and of this machine.
 */
export const PROOF_SOLVER = `
const [primes, firstHash, constants] = [[], [], []];
for (let n = 2; primes.length < 64; n += 1) {
  if (primes.some((prime) => n % prime === 0)) continue;
  primes.push(n);
  constants.push((Math.cbrt(n) * 2 ** 32) | 0);
  if (firstHash.length < 8) firstHash.push((Math.sqrt(n) * 2 ** 32) | 0);
}
const K = Int32Array.from(constants);
const W = new Int32Array(64);
const compress = (state, block) => {
  W.set(block);
  for (let i = 16; i < 64; i += 1) {
    const x = W[i - 15];
    const y = W[i - 2];
    W[i] = W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
      + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + W[i] | 0;
    const t = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
    h = g; g = f; f = e; e = d + s | 0; d = c; c = b; b = a; a = s + t | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
};
const sha256 = (bytes) => {
  const padded = new Uint8Array((bytes.length + 72) >> 6 << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const state = Int32Array.from(firstHash);
  for (let at = 0; at < padded.length; at += 64)
    compress(state, Int32Array.from({ length: 16 }, (_, i) => view.getInt32(at + i * 4)));
  return state;
};
const solve = async (text, puzzles, bits) => {
  const block = new Int32Array(16);
  block.set(sha256(new TextEncoder().encode(text)));
  block[10] = 0x80000000 | 0;
  block[15] = 320;
  const state = new Int32Array(8);
  let proof = '';
  for (block[8] = 0; block[8] < puzzles; block[8] += 1) {
    for (block[9] = 0; ; block[9] += 1) {
      state.set(firstHash);
      compress(state, block);
      if (state[0] >>> (32 - bits) === 0) break;
      // The page stays alive meanwhile.
      if ((block[9] & 0xffff) === 0xffff) await new Promise((next) => setTimeout(next));
    }
    proof += (block[9] >>> 0).toString(16).padStart(8, '0');
  }
  return proof;
};
`;

/** The script of the form for the password: the browser works for the attempt before it sends it. */
export const PROOF_SCRIPT = constantHtml(`
'use strict';
${PROOF_SOLVER}
const form = document.querySelector('form[data-puzzles]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  button.textContent = 'Signing in…';
  const { form_token, token, proof } = form.elements;
  const { puzzles, bits } = form.dataset;
  proof.value = await solve(form_token.value + '\\n' + token.value, Number(puzzles), Number(bits));
  form.submit();
});
`);
