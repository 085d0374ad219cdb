import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { attempt, words } from './attempt.mjs';

attempt(async () => {
  const file = `${words[0]}/thread-${process.pid}.mjs`;
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'; parentPort.postMessage('ran');`);
  const [said] = await once(new Worker(file, { execArgv: [] }), 'message');
  return said;
});
