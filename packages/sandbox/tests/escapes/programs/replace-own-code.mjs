import { renameSync, writeFileSync } from 'node:fs';
import { attempt } from './attempt.mjs';

const own = `${process.cwd()}/attempt.mjs`;
attempt(() => {
  try {
    writeFileSync(own, 'replaced');
  } catch {
    renameSync(own, `${own}.old`);
  }
});
