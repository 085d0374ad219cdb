import { join } from 'node:path';
import { readVerifierKey } from '@wcp/evidence/log';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { readWitnessSettings, WITNESS_FILES, type WitnessSettings } from '../../witness/witness-folder.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly fromSize: string;
  readonly json?: boolean;
}

/** `wcp witness watch`: a log to be watched, or the next key of one. */
export function addWatch(group: Command, { terminal }: CommandContext): void {
  register(group, 'watch', {
    summary: 'Watch the log of a Hall, or take in its next key after a rotation.',
    details:
      'The verifier key is what the Hall shows at GET /wcp/log. A key counts from its first size up to that of the next one: after a rotation, add the new key with --from-size and the size of the log at which it began. Start the witness again for it to count.',
    example:
      'wcp witness watch my-witness hall.example/wcp+caa326ef+ARfLefsrQSDysexl5BmNbgiyjoE/6wHkpACDm4XhgIDO',
    exits: '0 added, 2 wrong usage, or the folder is not that of a witness.',
  })
    .argument('<dir>', 'the folder of the witness')
    .argument('<verifier-key>', 'the key of the log: <origin>+<hash>+<base64>')
    .option('--from-size <number>', 'the first size that this key signs', '0')
    .action(async (dir: string, key: string, { fromSize, json }: Options) => {
      const origin = originOf(key);
      const from_size = readCount('--from-size', fromSize, 0, Number.MAX_SAFE_INTEGER);
      await add(new InputReader(terminal), dir, { key, from_size });
      terminal.write(
        json
          ? jsonText({ origin, key, from_size })
          : `The witness watches ${escaped(origin)} from size ${from_size} by this key, once it is started again.\n`,
      );
    });
}

async function add(reader: InputReader, dir: string, log: WitnessSettings['logs'][number]): Promise<void> {
  const settings = await readWitnessSettings(reader, dir);
  reader.throwErrors();
  const { logs, ...rest } = settings as WitnessSettings;
  const origin = originOf(log.key);
  if (logs.some(({ key, from_size }) => originOf(key) === origin && from_size >= log.from_size)) {
    throw usageError(
      'A key of this log counts from that size or a later one already. Edit witness.json to replace it.',
    );
  }
  const text = `${JSON.stringify({ ...rest, logs: [...logs, log] }, null, 2)}\n`;
  await writeWhole(join(dir, WITNESS_FILES.settings), text, { force: true });
}

function originOf(key: string): string {
  try {
    return readVerifierKey(key).origin;
  } catch {
    throw usageError('This is not the verifier key of a log: <origin>+<8 hexadecimal digits>+<base64>.');
  }
}
