/** Appends numbers for ever, some at once, and prints each as soon as it is acknowledged. */
import { openLineFile } from '../../src/file/line-file.ts';

const file = await openLineFile(process.argv[2] ?? '');
let next = Number(process.argv[3]);
const one = async () => {
  for (;;) {
    const n = next++;
    await file.append([{ n, text: 'x'.repeat((n * 7919) % 5000) }]);
    process.stdout.write(`${n}\n`);
  }
};
await Promise.all([one(), one(), one()]);
