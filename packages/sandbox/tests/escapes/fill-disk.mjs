import { writeFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => {
  for (let index = 0; index < 100; index += 1) writeFileSync(`/tmp/${index}`, Buffer.alloc(100_000));
});
