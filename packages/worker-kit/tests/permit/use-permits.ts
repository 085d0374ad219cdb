/** Uses the permits that it is sent, and sends back those whose first use was its own. */
import { ReplayFolder } from '../../src/permit/replay-folder.ts';
import type { PermitUse } from '../../src/permit/replay-store.ts';

process.once('message', async (uses) => {
  const store = new ReplayFolder(process.argv[2] as string);
  const first: string[] = [];
  for (const use of uses as PermitUse[]) if (await store.use(use)) first.push(use.key);
  process.send?.(first);
});
