import type { HallClient } from '@wcp/client';
import { type SigningKey, signBanList } from '@wcp/evidence';
import { parseBanList } from '@wcp/evidence/ban-list';
import type { BanList } from '@wcp/spec';
import type { Command } from 'commander';
import { sentFrom } from '../../client/hall-errors.ts';
import { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { loadSigningKey } from '../../input/keys.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';
import { publishedText } from './ban-list-text.ts';

interface PublishOptions extends HallOptions {
  readonly keyFile?: string;
}

/** `wcp bans publish`: has a Hall publish a list, as it is or signed again. */
export function addBansPublish(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'publish', {
    summary: 'Have a Hall publish a ban list of your authority and enforce it.',
    example: 'wcp bans publish list.json --key-file keys/wcp-key.pem',
    exits:
      '0 published, 1 a newer list is already published, or this one has expired, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<file>', 'the list, as `wcp bans make` writes it')
    .option(
      '--key-file <file>',
      "sign it again with the authority's private key (PEM): issued now, with the next sequence",
    )
    .action(async (file: string, options: PublishOptions) => {
      const client = hallOf(terminal, options);
      const reader = new InputReader(terminal);
      const document = await reader.json(file);
      const key = options.keyFile === undefined ? null : await loadSigningKey(reader, options.keyFile);
      const list = document === null ? null : reader.check(document, parseBanList);
      reader.throwErrors();
      const { value } = document as JsonDocument;
      const body =
        key === null ? (value as BanList) : await renew(client, list as BanList, key, terminal.now());
      const source = { document: document as JsonDocument, root: '' };
      const published = await sentFrom(source, client.publishBanList(body));
      terminal.write(options.json ? jsonText(published) : publishedText(published));
    });
}

/** The same entries in a list that succeeds the published one. */
async function renew(
  client: HallClient,
  list: BanList,
  key: SigningKey,
  issued_at: string,
): Promise<BanList> {
  let { sequence } = list;
  for await (const published of client.items('listBanLists')) {
    if (published.authority === list.authority) sequence = Math.max(sequence, published.sequence + 1);
  }
  return signBanList({ ...list, sequence, issued_at }, key);
}
