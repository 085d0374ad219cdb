import { type ApiKey, type IssuedKey, ROLES, type Role } from '@wcp/spec/hall';
import { type Command, Option } from 'commander';
import type { Colours } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addLogKeys } from './log-keys.ts';

interface CreateOptions extends HallOptions {
  readonly label: string;
  readonly role: readonly Role[];
  readonly tenant?: string;
  readonly authority?: string;
  readonly expires?: string;
}

const MAX_GRACE_S = 30 * 86_400;

/** `wcp keys`: the API keys of a Hall. */
export function addKeys(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'keys', SUMMARIES.keys);
  addList(group, context);
  addCreate(group, context);
  addRotate(group, context);
  addRevoke(group, context);
  addLogKeys(group, context);
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List the keys, without their secrets.',
    example: 'wcp keys list',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command).action(async (options: HallOptions & ListOptions) => {
    const page = await fetchList(hallOf(terminal, options), 'listKeys', {}, options);
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(keyListText(page.items, terminal.colours) + moreText(page));
  });
}

function addCreate(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'create', {
    summary: 'Create a key. It is shown once and cannot be shown again.',
    example: 'wcp keys create --label "the newsroom" --role tenant --tenant agent.newsroom',
    exits: '0 created, 2 wrong usage, or the Hall refused.',
  });
  command
    .requiredOption('--label <text>', 'a name for the key')
    .addOption(
      new Option('--role <roles...>', 'the roles of the key').choices([...ROLES]).makeOptionMandatory(),
    )
    .option('--tenant <id>', 'the tenant that a key with the role tenant acts for')
    .option(
      '--authority <id>',
      'the authority that a key with the role worker-owner or worker acts for, such as org.acme',
    )
    .option('--expires <time>', 'when the key expires, such as 2027-01-31T12:00:00Z (default: never)')
    .action(async (options: CreateOptions) => {
      const { label, role: roles, tenant, authority, expires } = options;
      const body = {
        label,
        roles,
        ...(tenant !== undefined && { tenant_id: tenant }),
        ...(authority !== undefined && { authority }),
        ...(expires !== undefined && { expires_at: expires }),
      };
      const key = await hallOf(terminal, options).createKey(body);
      terminal.write(options.json ? jsonText(key) : issuedKeyText(key));
    });
}

function addRotate(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'rotate', {
    summary: 'Replace a key; the old one stays valid for a while.',
    example: 'wcp keys rotate 5ryqicjpb7jj --grace 3600',
    exits: '0 created, 1 no such active key, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<id>', 'the id of the key: the part between the two underscores')
    .option('--grace <seconds>', 'how long the old key stays valid (default: 3600)')
    .action(async (id: string, { grace, ...options }: HallOptions & { grace?: string }) => {
      const period =
        grace === undefined ? {} : { grace_seconds: readCount('--grace', grace, 0, MAX_GRACE_S) };
      const key = await hallOf(terminal, options).rotateKey({ key_id: id, ...period });
      terminal.write(options.json ? jsonText(key) : issuedKeyText(key));
    });
}

function addRevoke(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'revoke', {
    summary: 'Revoke a key at once.',
    example: 'wcp keys revoke 5ryqicjpb7jj',
    exits: '0 revoked, 1 no such key, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the key').action(async (id: string, options: HallOptions) => {
    const key = await hallOf(terminal, options).revokeKey({ key_id: id });
    terminal.write(options.json ? jsonText(key) : keyText(key));
  });
}

/** Keys, one per line. */
function keyListText(keys: readonly ApiKey[], { bold }: Colours): string {
  if (keys.length === 0) return 'There are no keys.\n';
  const lines = keys.map(({ key_id, state, roles, tenant_id, authority, expires_at, label }) => [
    key_id,
    state,
    roles.join(', '),
    tenant_id ?? authority,
    expires_at,
    label,
  ]);
  return tableText(['key', 'state', 'roles', 'acts for', 'expires', 'label'], lines, bold);
}

/** One key. */
function keyText({ key_id, state, roles, tenant_id, authority, expires_at, label }: ApiKey): string {
  return rows([
    ['key', key_id],
    ['label', escaped(label)],
    ['state', state],
    ['roles', roles.join(', ')],
    ['acts for', tenant_id ?? authority],
    ['expires', expires_at],
  ]);
}

/** A new key with its secret, which is shown only once. */
function issuedKeyText(key: IssuedKey): string {
  return `${keyText(key)}The key, shown only once:\n${escaped(key.key)}\n`;
}
