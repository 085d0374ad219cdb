import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { attempt, words } from './attempt.mjs';

attempt(() => {
  const name = `foreign-${process.pid}.cjs`;
  writeFileSync(`${words[0]}/${name}`, 'module.exports = 1;');
  return createRequire(`${words[0]}/`)(`./${name}`);
});
