import { type SigningKey, signBanList } from '@wcp/evidence';
import { parseBanList } from '@wcp/evidence/ban-list';
import { type BanList, checkId, type Parsed } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { PUBLIC_FILE } from '../../base/file-mode.ts';
import type { Terminal } from '../../base/terminal.ts';
import { writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { loadSigningKey } from '../../input/keys.ts';
import { jsonText } from '../../print/json.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';
import { banListText } from './ban-list-text.ts';

interface MakeOptions {
  readonly authority: string;
  readonly keyFile: string;
  readonly sequence: string;
  readonly maxAge: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const MAX_SEQUENCE = 999_999_999_999_999;
const MAX_AGE_S = 31_536_000;

/** `wcp bans make`: signs a ban list with the given entries. */
export function addBansMake(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'make', {
    summary: 'Create a signed ban list from a file of entries.',
    example:
      'wcp bans make bad.json --authority org.acme --sequence 8 --key-file keys/wcp-key.pem --out list.json',
    exits: '0 created, 2 wrong usage or bad input; nothing is written then.',
  });
  command
    .argument(
      '<entries>',
      'a JSON list of {sha256, reason}; source, reported_at and review_status are optional',
    )
    .requiredOption('--authority <id>', 'the authority that publishes the list, such as org.acme')
    .requiredOption('--key-file <file>', "the authority's private key (PEM)")
    .option('--sequence <number>', 'must be greater than that of the previous list', '1')
    .option('--max-age <seconds>', 'how long the list stays valid', '86400')
    .option('--out <file>', 'write the list to this file (default: standard output)')
    .option('--force', 'replace an existing file')
    .action(async (file: string, options: MakeOptions) => {
      const list = await make(terminal, file, options);
      const { out, force, json } = options;
      if (out !== undefined)
        await writeWhole(out, `${JSON.stringify(list, null, 2)}\n`, {
          force: force === true,
          mode: PUBLIC_FILE,
        });
      terminal.write(out === undefined || json ? jsonText(list) : banListText(list));
    });
}

async function make(terminal: Terminal, file: string, options: MakeOptions): Promise<BanList> {
  const { authority, keyFile } = options;
  if (!checkId(authority, 'authority').valid) throw usageError('--authority takes org.<name> or x.<name>.');
  const sequence = readCount('--sequence', options.sequence, 0, MAX_SEQUENCE);
  const max_age_seconds = readCount('--max-age', options.maxAge, 1, MAX_AGE_S);
  const reader = new InputReader(terminal);
  const issued_at = terminal.now();
  const [key, document] = [await loadSigningKey(reader, keyFile), await reader.json(file)];
  const head = { authority, sequence, issued_at, max_age_seconds };
  const list = document === null ? null : checkEntries(reader, document, head);
  reader.throwErrors();
  return signBanList(list as BanList, key as SigningKey);
}

type Head = Omit<BanList, 'schema_version' | 'entries' | 'signing_key_id' | 'signature'>;

/** Reports what is wrong with the entries at its place in their file. */
function checkEntries(reader: InputReader, document: JsonDocument, head: Head): BanList | null {
  const read = (value: unknown): Parsed<BanList> => {
    const entries = Array.isArray(value) ? value.map((entry: unknown) => complete(entry, head)) : value;
    const parsed = parseBanList({ ...UNSIGNED, ...head, entries });
    if (parsed.ok) return parsed;
    const findings = parsed.findings.map((finding) => ({
      ...finding,
      path: finding.path.replace(/^\/entries/, ''),
    }));
    return { ok: false, findings };
  };
  return reader.check(document, read);
}

/** Placeholders for what signing adds. */
const UNSIGNED = {
  schema_version: 'wcp-ban-list.v1',
  signing_key_id: `ed25519:${'0'.repeat(16)}`,
  signature: '',
};

function complete(entry: unknown, { authority, issued_at }: Head): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  return { reported_at: issued_at, source: authority, review_status: 'reported', ...entry };
}
