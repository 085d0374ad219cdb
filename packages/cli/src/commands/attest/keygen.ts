import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import type { Command } from 'commander';
import { refuseExisting, writeWhole } from '../../base/write-file.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';

const PRIVATE_FILE = 'wcp-key.pem';
const PUBLIC_FILE = 'wcp-key.pub.pem';
/** For the owner alone. */
const OWNER_ONLY = 0o600;

/** `wcp keygen`: a new Ed25519 key; the private half goes into its file and nowhere else (section 8). */
export function addKeygen(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'keygen', {
    summary: 'Make an Ed25519 key for receipts and attestations.',
    example: 'wcp keygen --out keys',
    exits: '0 made, 2 wrong usage or a key is there already.',
  });
  command
    .option('--out <dir>', 'the folder to write the two files to', '.')
    .action(async ({ out, json }: { out: string; json?: boolean }) => {
      const made = await makeKey(out);
      if (json) terminal.write(jsonText(made));
      else terminal.write(keyText(made));
    });
}

interface CreatedKey {
  readonly signing_key_id: string;
  readonly public_key: string;
  readonly private_key_file: string;
  readonly public_key_file: string;
}

async function makeKey(folder: string): Promise<CreatedKey> {
  const [privateFile, publicFile] = [join(folder, PRIVATE_FILE), join(folder, PUBLIC_FILE)];
  await refuseExisting(
    [privateFile, publicFile],
    'A key is never overwritten: choose another folder with --out.',
  );
  const key = generateSigningKey();
  await writeWhole(privateFile, key.exportPrivatePem(), { mode: OWNER_ONLY });
  await writeWhole(publicFile, key.exportPublicPem());
  return {
    signing_key_id: key.keyId,
    public_key: key.publicKey,
    private_key_file: privateFile,
    public_key_file: publicFile,
  };
}

function keyText(made: CreatedKey): string {
  return rows([
    ['key id', made.signing_key_id],
    ['public key', made.public_key],
    ['private', `${escaped(made.private_key_file)} (yours alone: keep it secret, back it up)`],
    ['public', `${escaped(made.public_key_file)} (for whoever verifies)`],
  ]);
}
