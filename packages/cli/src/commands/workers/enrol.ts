import type { HallClient } from '@wcp/client';
import type { SigningKey } from '@wcp/evidence';
import { canonicalJson, type RegistryRecord } from '@wcp/spec';
import type { Command } from 'commander';
import type { Terminal } from '../../base/terminal.ts';
import { sentFrom } from '../../client/hall-errors.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadSigningKey } from '../../input/keys.ts';
import { HMAC_VARIABLE } from '../../input/package-folder.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { loadEnrolledRecord } from './enrolled-record.ts';
import { enrolledText } from './worker-text.ts';

interface EnrolOptions extends HallOptions {
  readonly keyFile?: string;
}

/** `wcp workers enrol`: enrols a worker, or a new version of it, at a Hall (section 4.2). */
export function addEnrol(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'enrol', {
    summary: 'Enrol a worker, or a new version of one.',
    example:
      'wcp workers enrol workers/hello --key-file keys/wcp-key.pem\n\nAn attested worker, in three commands:\n  wcp keygen --out keys\n  wcp attest build workers/hello --version 1.0.0 --key keys/wcp-key.pem\n  wcp workers enrol workers/hello --key-file keys/wcp-key.pem',
    exits: '0 enrolled, 1 a later enrolment is in force, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<file>', 'its registry record, or the folder of its package')
    .option(
      '--key-file <file>',
      "the authority's private key (PEM): signs the enrolment, and puts the attestation of the package's manifest.json into the record; required once the authority has registered a key",
    )
    .action(async (file: string, options: EnrolOptions) => {
      const client = hallOf(terminal, options);
      const { document, key } = await load(terminal, file, options.keyFile);
      const record = document.value as RegistryRecord;
      const signature = key === null ? null : await sign(client, record, key, terminal.now());
      const enrolled = await sentFrom(
        { document, root: '/record' },
        client.enrolWorker({ record, signature }),
      );
      terminal.write(options.json ? jsonText(enrolled) : enrolledText(enrolled));
    });
}

async function load(terminal: Terminal, named: string, keyFile: string | undefined) {
  const reader = new InputReader(terminal);
  const key = keyFile === undefined ? null : await loadSigningKey(reader, keyFile);
  const hmac_key = terminal.env[HMAC_VARIABLE];
  return { document: await loadEnrolledRecord(reader, named, { key, hmac_key }), key };
}

/** Signs the record together with the Hall and the time, so that it cannot be replayed elsewhere or later. */
async function sign(client: HallClient, record: RegistryRecord, key: SigningKey, signed_at: string) {
  const { origin: audience } = await client.showLog();
  const { worker_id, artifact_hash } = record;
  const statement = canonicalJson({ artifact_hash, audience, signed_at, worker_id });
  return { signing_key_id: key.keyId, signed_at, signature: key.sign(statement).toString('base64') };
}
