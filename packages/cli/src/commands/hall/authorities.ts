import type { AuthorityKey } from '@wcp/spec/hall';
import type { Command } from 'commander';
import type { Colours } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadAuthorityKeys } from '../../input/keys.ts';
import { jsonText } from '../../print/json.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

/** `wcp authorities`: the public keys of authorities at a Hall (section 4.2). */
export function addAuthorities(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'authorities', SUMMARIES.authorities);
  addList(group, context);
  addKey(group, context);
  addRevoke(group, context);
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List the keys of authorities, including revoked ones.',
    example: 'wcp authorities list',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command).action(async (options: HallOptions & ListOptions) => {
    const page = await fetchList(hallOf(terminal, options), 'listAuthorityKeys', {}, options);
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(listText(page.items, terminal.colours.bold) + moreText(page));
  });
}

function addKey(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'add', {
    summary: 'Register a key: enrolments of this authority must then be signed.',
    example: 'wcp authorities add org.acme --keys wcp-key.pub.pem',
    exits: '0 registered, 2 wrong usage or bad input, or the Hall refused.',
  });
  command
    .argument('<authority>', 'org.<name> or x.<name>')
    .requiredOption('--keys <file>', 'the public key: PEM, or JSON {authority: [hex]}')
    .action(async (authority: string, { keys, ...options }: HallOptions & { keys: string }) => {
      const reader = new InputReader(terminal);
      const found = await loadAuthorityKeys(reader, keys, authority);
      reader.throwErrors();
      const hall = hallOf(terminal, options);
      const added: AuthorityKey[] = [];
      for (const public_key of found?.[authority] ?? []) {
        added.push(await hall.addAuthorityKey({ authority, public_key }));
      }
      terminal.write(options.json ? jsonText(added) : listText(added, terminal.colours.bold));
    });
}

function addRevoke(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'revoke', {
    summary: 'Revoke a key: its signatures no longer count.',
    example: 'wcp authorities revoke org.acme ed25519:21fe31dfa154a261',
    exits: '0 revoked, 1 no such active key, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<authority>', 'org.<name> or x.<name>')
    .argument('<key-id>', 'the signing_key_id of the key')
    .action(async (authority: string, keyId: string, options: HallOptions) => {
      const key = await hallOf(terminal, options).revokeAuthorityKey({ authority, key_id: keyId });
      terminal.write(options.json ? jsonText(key) : listText([key], terminal.colours.bold));
    });
}

function listText(keys: readonly AuthorityKey[], bold: Colours['bold']): string {
  if (keys.length === 0) return 'There are no keys.\n';
  const lines = keys.map(({ authority, signing_key_id, added_at, revoked_at }) => [
    authority,
    signing_key_id,
    added_at,
    revoked_at === null ? 'active' : `revoked ${revoked_at}`,
  ]);
  return tableText(['authority', 'key', 'added', 'state'], lines, bold);
}
