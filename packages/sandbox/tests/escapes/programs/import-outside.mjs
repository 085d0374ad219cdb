import { writeFileSync } from 'node:fs';
import { attempt, words } from './attempt.mjs';

attempt(async () => {
  const file = `${words[0]}/foreign-${process.pid}.mjs`;
  writeFileSync(file, 'export default 1;');
  return import(file);
});
