import { rmSync, writeFileSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

const [folder, count, bytes] = [words[0], Number(words[1]), Number(words[2])];
const names = Array.from({ length: count }, (_, index) => `${folder}/wcp-escape-${process.pid}-${index}`);
await attempt(() => {
  for (const name of names) writeFileSync(name, Buffer.alloc(bytes));
});
for (const name of names) rmSync(name, { force: true });
