import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import type { Command } from 'commander';
import { PUBLIC_FILE } from '../../base/file-mode.ts';
import { refuseExisting, writeWhole } from '../../base/write-file.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

const PRIVATE_KEY_FILE = 'wcp-key.pem';
const PUBLIC_KEY_FILE = 'wcp-key.pub.pem';

/** `wcp keygen`: a new Ed25519 key pair; the private key goes into its file and nowhere else (section 8). */
export function addKeygen(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'keygen', {
    summary: SUMMARIES.keygen,
    example: 'wcp keygen --out keys',
    exits: '0 created, 2 wrong usage, or a key already exists there.',
  });
  command
    .option('--out <dir>', 'the folder to write the two files to', '.')
    .action(async ({ out, json }: { out: string; json?: boolean }) => {
      const created = await createKey(out);
      if (json) terminal.write(jsonText(created));
      else terminal.write(keyText(created));
    });
}

interface CreatedKey {
  readonly signing_key_id: string;
  readonly public_key: string;
  readonly private_key_file: string;
  readonly public_key_file: string;
}

async function createKey(folder: string): Promise<CreatedKey> {
  const [privateFile, publicFile] = [join(folder, PRIVATE_KEY_FILE), join(folder, PUBLIC_KEY_FILE)];
  await refuseExisting(
    [privateFile, publicFile],
    'A key is never overwritten: choose another folder with --out.',
  );
  const key = generateSigningKey();
  await writeWhole(privateFile, key.exportPrivatePem());
  await writeWhole(publicFile, key.exportPublicPem(), { mode: PUBLIC_FILE });
  return {
    signing_key_id: key.keyId,
    public_key: key.publicKey,
    private_key_file: privateFile,
    public_key_file: publicFile,
  };
}

function keyText(created: CreatedKey): string {
  return rows([
    ['key id', created.signing_key_id],
    ['public key', created.public_key],
    ['private', `${escaped(created.private_key_file)} (keep it secret, and back it up)`],
    ['public', `${escaped(created.public_key_file)} (give it to anyone who verifies)`],
  ]);
}
