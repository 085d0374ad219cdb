import { renameSync, writeFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => {
  writeFileSync('/tmp/new.mjs', 'replaced');
  try {
    writeFileSync('/worker/attempt.mjs', 'replaced');
  } catch {
    renameSync('/worker/attempt.mjs', '/worker/old.mjs');
  }
});
