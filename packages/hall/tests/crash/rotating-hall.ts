/** A Hall whose log changes its key again and again, for a test that kills it: `node rotating-hall.ts FOLDER`. */
import { join } from 'node:path';
import { keyFilesOf, openKeyFolder } from '../../src/deployment/create/key-folder.ts';
import { LAYOUT } from '../../src/deployment/layout.ts';
import { createHall } from '../../src/index.ts';
import { ORIGIN } from './names.ts';

const folder = process.argv[2] as string;
const { key, next, store_key } = await openKeyFolder(folder, ORIGIN);
const hall = await createHall({
  file: join(folder, LAYOUT.store),
  mark: join(folder, LAYOUT.mark),
  origin: ORIGIN,
  key,
  store_key,
  ...(next !== null && { next }),
  key_files: keyFilesOf(folder),
});

process.send?.({ opened: hall.log.keys().at(-1)?.key_id });
for (let round = 0; ; round += 1) {
  const input = { capability_id: 'cap.doc.summarize', correlation_id: `c-${process.pid}-${round}` };
  const [decision] = await Promise.all([hall.route(input), hall.route(input), hall.log.checkpoint()]);
  process.send?.({ decision_id: decision.decision_id });
  const keys = await hall.log.rotateKey();
  process.send?.({ rotated: keys.at(-1)?.key_id });
  const [former] = keys;
  // From the end of its term on: the log stays as it was.
  if (round % 3 === 0 && former !== undefined)
    await hall.log.revokeKey(former.key_id, { position: former.to_position ?? 0 });
}
