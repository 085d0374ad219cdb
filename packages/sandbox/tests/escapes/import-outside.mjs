import { writeFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

attempt(async () => {
  writeFileSync('/tmp/foreign.mjs', 'export default 1;');
  return import('/tmp/foreign.mjs');
});
