import { readFileSync, symlinkSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(() => {
  symlinkSync(process.argv[2], '/tmp/link');
  return readFileSync('/tmp/link');
});
