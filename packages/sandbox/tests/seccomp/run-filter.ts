/** A system call, as a filter sees it. */
export interface SeenCall {
  readonly number: number;
  readonly machine: number;
  readonly args?: readonly number[];
}

/** What the classic BPF machine of the kernel makes of a filter, written from its manual and not from the builder. */
export function runFilter(filter: Uint8Array, { number, machine, args = [] }: SeenCall): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, machine, true);
  for (const [index, value] of args.entries()) data.setUint32(16 + index * 8, value, true);
  const code = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.length; ) {
    const [op, jt, jf, k] = [
      code.getUint16(at * 8, true),
      code.getUint8(at * 8 + 2),
      code.getUint8(at * 8 + 3),
      code.getUint32(at * 8 + 4, true),
    ];
    at += 1;
    if (op === 0x20) accumulator = data.getUint32(k, true);
    else if (op === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (op === 0x15) at += accumulator === k ? jt : jf;
    else if (op === 0x35) at += accumulator >= k ? jt : jf;
    else if (op === 0x06) return k;
    else throw new Error(`The kernel knows no instruction ${op}.`);
  }
  throw new Error('The filter ends without an answer.');
}
