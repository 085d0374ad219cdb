import { writeSync } from 'node:fs';
import { tell } from './attempt.mjs';

const line = Buffer.alloc(100_000, 'x');
for (let count = 0; count < 30; count += 1) {
  for (let at = 0; at < line.length; ) {
    try {
      at += writeSync(2, line, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
tell(true, 'it said everything');
