import { expect, test } from 'vitest';
import { codeOf } from '../gateway-folder.ts';
import { ARGUMENTS, TOOL, WorkerFolder } from './worker-folder.ts';

test('debug', async () => {
  const folder = await WorkerFolder.open();
  console.log(folder.gateway.workers.hidden(), folder.gateway.enrolled);
  console.log(JSON.stringify(await folder.tools(), null, 1));
  console.log(JSON.stringify(await folder.call(ARGUMENTS)));
  console.log(JSON.stringify(await folder.call({ name: 1, x: 2 })));
  console.log(await folder.receipts());
});
