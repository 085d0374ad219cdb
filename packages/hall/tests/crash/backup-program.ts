/**
 * A Hall that decides and makes backups of itself, or a restore of one, in a process of its own that is killed:
 * `node backup-program.ts FOLDER`, `node backup-program.ts BACKUP KEYS TARGET`.
 */
import { partsOf } from '../../src/hall/create-hall.ts';
import { openDeployment, restoreHall } from '../../src/index.ts';
import { makeBackup } from '../../src/operations/make-backup.ts';

const [from = '', keys, target = ''] = process.argv.slice(2);
const tell = (message: object) => void process.send?.(message);

async function backUp(dir: string): Promise<void> {
  const { hall } = await openDeployment(dir, { listens: false, keys: 'none' });
  const members = { capability_id: 'cap.doc.summarize', env: 'dev', data_label: 'PUBLIC', qos_class: 'P2' };
  const decide = async () => {
    const input = { ...members, tenant_risk: 'low', tenant_id: 'tenant-a', correlation_id: 'c', request: {} };
    const { decision_id } = await hall.route(input);
    tell({ decided: decision_id });
  };
  for (let round = 0; ; round += 1) {
    await Promise.all(Array.from({ length: 20 }, decide));
    const name = `${process.pid}-${round}`;
    tell({ making: name });
    // It goes on deciding meanwhile.
    await Promise.all([
      makeBackup(partsOf(hall), { name }).then(({ size }) => tell({ made: name, size })),
      ...Array.from({ length: 20 }, decide),
    ]);
  }
}

if (keys === undefined) await backUp(from);
else {
  const report = (step: string) => tell({ step });
  const at = new Date().toISOString();
  tell({
    restored: await restoreHall(from, target, {
      keys,
      new_origin: 'hall.example/again',
      erasures: [],
      at,
      report,
    }),
  });
}
