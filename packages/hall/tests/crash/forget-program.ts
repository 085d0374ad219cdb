/** A Hall that forgets, in a process of its own that is killed meanwhile: `node forget-program.ts FOLDER ROUND`. */
import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import type { ErasureRequest } from '@wcp/spec/hall';
import { createHall } from '../../src/index.ts';
import { KEY_SEED, ORIGIN } from './names.ts';

const [folder = '', round = ''] = process.argv.slice(2);
const DECISIONS = 25;

const hall = await createHall({
  file: join(folder, 'store.db'),
  mark: join(folder, 'mark.json'),
  key: signingKeyFromSeed(KEY_SEED),
  origin: ORIGIN,
});
const tenants = ['whole', 'old', 'one'].map((name) => `${name}-${round}`) as [string, string, string];
for (const tenant_id of tenants) {
  const request = { text: `ZEBRA of ${tenant_id}` };
  const members = { capability_id: 'cap.doc.summarize', env: 'dev', data_label: 'PUBLIC', qos_class: 'P2' };
  const input = { ...members, tenant_risk: 'low', tenant_id, correlation_id: 'c', request };
  const decisions = await Promise.all(Array.from({ length: DECISIONS }, () => hall.route(input)));
  process.send?.({ decided: decisions.map(({ decision_id }) => decision_id), tenant_id });
  if (tenant_id === tenants[2]) {
    const [first] = decisions;
    const orders: ErasureRequest[] = [
      { tenant_id: tenants[0] },
      { tenant_id: tenants[1], before: new Date(Date.now() + 60_000).toISOString() },
      { decision_id: first?.decision_id as string },
    ];
    // In another order each time, so that each of them is cut off.
    for (let index = 0; index < orders.length; index += 1) {
      const order = orders[(index + Number(round)) % orders.length] as ErasureRequest;
      process.send?.({ forgetting: order });
      const { receipt } = await hall.forget(order);
      process.send?.({ forgotten: receipt });
    }
  }
}
process.send?.({ isDone: true });
setInterval(() => {}, 1000);
