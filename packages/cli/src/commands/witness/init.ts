import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { refuseExisting, writeWhole } from '../../base/write-file.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { WITNESS_FILES, witnessKeyText } from '../../witness/witness-folder.ts';
import { type CommandContext, register } from '../register.ts';

const PORT = 7430;

/** `wcp witness init`: the folder of a new witness, with a key of its own. */
export function addWitnessInit(group: Command, { terminal }: CommandContext): void {
  register(group, 'init', {
    summary: 'Create a witness: a key that signs nothing else, and an empty record of what it cosigned.',
    details:
      'Run it on a machine that the operator of the Hall cannot write to. Its record is never made again: a witness that has lost it must be replaced by one with another name and key.',
    example: 'wcp witness init my-witness --name witness.example/w1',
    exits: '0 created, 2 wrong usage, or there is a witness already.',
  })
    .argument('<dir>', 'the folder of the witness')
    .requiredOption('--name <name>', 'its name for everybody: a URL without its scheme')
    .action(async (dir: string, { name, json }: { name: string; json?: boolean }) => {
      const key = await create(dir, name);
      if (json) terminal.write(jsonText({ dir, name, key }));
      else terminal.write(createdText(dir, key));
    });
}

async function create(dir: string, name: string): Promise<string> {
  const key = generateSigningKey();
  const text = keyText(name, key);
  const [settings, keyFile, record] = Object.values(WITNESS_FILES).map((file) => join(dir, file)) as [
    string,
    string,
    string,
  ];
  await refuseExisting([settings, keyFile, record], 'There is a witness in this folder.');
  await writeWhole(keyFile, key.exportPrivatePem());
  const { createWitnessRecord } = await import('@wcp/hall');
  createWitnessRecord(record);
  const content = { name, host: '127.0.0.1', port: PORT, logs: [] };
  await writeWhole(settings, `${JSON.stringify(content, null, 2)}\n`);
  return text;
}

function keyText(name: string, key: ReturnType<typeof generateSigningKey>): string {
  try {
    return witnessKeyText({ name }, key);
  } catch {
    throw usageError(
      '--name must be a URL without its scheme, such as witness.example/w1: no spaces and no "+".',
    );
  }
}

function createdText(dir: string, key: string): string {
  const table = rows([
    ['folder', escaped(dir)],
    ['key', `${key} (for server.json of a Hall, and for the policies of auditors)`],
  ]);
  return `${table}Next: wcp witness watch ${escaped(dir)} VERIFIER_KEY, and wcp witness serve ${escaped(dir)}.\n`;
}
