import { openSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => {
  for (let count = 0; count < 200; count += 1) openSync('/dev/null');
});
