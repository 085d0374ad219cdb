/**
 * A Hall that decides without end and exports its receipts to a file and to an address, for a test that kills it:
 * `node exporting-hall.ts FOLDER URL`.
 */
import { join } from 'node:path';
import { openKeyFolder } from '../../src/deployment/create/key-folder.ts';
import { LAYOUT } from '../../src/deployment/layout.ts';
import { createHall } from '../../src/index.ts';
import { ORIGIN } from './names.ts';

const [folder, url] = process.argv.slice(2) as [string, string];
const { key, store_key } = await openKeyFolder(folder, ORIGIN);
const hall = await createHall({
  file: join(folder, LAYOUT.store),
  mark: join(folder, LAYOUT.mark),
  origin: ORIGIN,
  key,
  store_key,
  exports: [
    { name: 'file', form: 'cloudevents', target: { path: join(folder, 'receipts.jsonl') } },
    { name: 'http', form: 'cloudevents', target: { url, batch: 7 } },
  ],
});

for (let round = 0; ; round += 1) {
  const input = { capability_id: 'cap.doc.summarize', correlation_id: `c-${process.pid}-${round}` };
  await Promise.all([hall.route(input), hall.route(input), hall.route(input)]);
  process.send?.({ size: (await hall.log.head()).size });
}
