import type { LogKeys } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { CliError, usageError } from '../../base/cli-error.ts';
import { fileProblem } from '../../base/problem.ts';
import type { Colours, Terminal } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions {
  /** The folder of a Hall that does not run. */
  readonly dir?: string;
}

type From = { readonly position: number } | { readonly time: string };

/** What the commands do, at a Hall that runs or in the folder of one that does not. */
interface LogKeysAccess {
  show(): Promise<LogKeys>;
  prepare(): Promise<LogKeys>;
  rotate(): Promise<LogKeys>;
  revoke(key_id: string, from: From): Promise<LogKeys>;
}

/** `wcp keys log`, `rotate-log` and `revoke-log`: the keys that sign the evidence of a Hall. */
export function addLogKeys(group: Command, context: CommandContext): void {
  addShow(group, context);
  addRotate(group, context);
  addRevoke(group, context);
}

function addShow(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'log', {
    summary: 'List the keys that sign the log, and the positions that each may sign.',
    example: 'wcp keys log',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  withFolder(command).action(async (options: Options) => {
    print(terminal, options, await withKeys(terminal, options, (keys) => keys.show()));
  });
}

function addRotate(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'rotate-log', {
    summary: 'Let a new key sign the log from now on. The old one signs that, and is then removed.',
    example: 'wcp keys rotate-log',
    details:
      'Whoever knows the first key of the log can still verify all of it. With --prepare the new key is only made, so that workers elsewhere can be started with it (--hall-key) before it is used.',
    exits: '0 rotated or prepared, 1 there is no key to follow, 2 wrong usage, or the Hall refused.',
  });
  withFolder(command)
    .option('--prepare', 'only make the next key and show it')
    .action(async ({ prepare = false, ...options }: Options & { prepare?: boolean }) => {
      const change = (keys: LogKeysAccess) => (prepare ? keys.prepare() : keys.rotate());
      print(terminal, options, await withKeys(terminal, options, change));
    });
}

function addRevoke(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'revoke-log', {
    summary: 'Take the trust from what a former key of the log signed from a position or a time on.',
    example: 'wcp keys revoke-log ed25519:56475aa75463474c --at 400',
    details:
      'For a key that was stolen: rotate first, then revoke the old key. Receipts that it signed from there on are then findings of `wcp receipts verify`; those before count where a witness saw them.',
    exits: '0 revoked, 1 the key cannot be revoked, 2 wrong usage, or the Hall refused.',
  });
  withFolder(command)
    .argument('<id>', 'the id of the key, as `wcp keys log` shows it')
    .requiredOption('--at <position|time>', 'the first position, or time, at which the key is not trusted')
    .action(async (id: string, { at, ...options }: Options & { at: string }) => {
      const from = readFrom(at);
      print(terminal, options, await withKeys(terminal, options, (keys) => keys.revoke(id, from)));
    });
}

function withFolder(command: Command): Command {
  return command.option('--dir <folder>', 'the folder of a Hall that does not run, instead of a URL');
}

function readFrom(at: string): From {
  if (/^[0-9]{1,15}$/.test(at)) return { position: Number(at) };
  const time = Date.parse(at);
  if (/^\d{4}-\d\d-\d\dT/.test(at) && !Number.isNaN(time)) return { time: new Date(time).toISOString() };
  throw usageError('--at is a position of the log, such as 400, or a time, such as 2026-11-30T12:00:00Z.');
}

async function withKeys(
  terminal: Terminal,
  { dir, ...options }: Options,
  run: (keys: LogKeysAccess) => Promise<LogKeys>,
): Promise<LogKeys> {
  return dir === undefined ? run(remoteKeys(terminal, options)) : runInFolder(terminal, dir, run);
}

function remoteKeys(terminal: Terminal, options: HallOptions): LogKeysAccess {
  const hall = hallOf(terminal, options);
  return {
    show: () => hall.showLogKeys(),
    prepare: () => hall.rotateLogKey({ prepare: true }),
    rotate: () => hall.rotateLogKey({}),
    revoke: (key_id, from) => hall.revokeLogKey({ key_id, ...from }),
  };
}

async function runInFolder(
  { env }: Terminal,
  dir: string,
  run: (keys: LogKeysAccess) => Promise<LogKeys>,
): Promise<LogKeys> {
  const { DeploymentError, openLogKeys } = await import('@wcp/hall');
  try {
    const keys = await openLogKeys(dir, { env });
    try {
      return await run(keys);
    } finally {
      await keys.close();
    }
  } catch (error) {
    if (error instanceof DeploymentError) {
      throw new CliError(
        error.findings.map(({ file, code, message }) => fileProblem(file ?? dir, code, message)),
      );
    }
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'ERR_WCP_LOG_KEY') throw error;
    throw new CliError([fileProblem(dir, 'KEY_CHANGE_REFUSED', message)]);
  }
}

function print(terminal: Terminal, { json = false }: Options, keys: LogKeys): void {
  terminal.write(json ? jsonText(keys) : keysText(keys, terminal.colours));
}

function keysText({ keys, next, permit_key }: LogKeys, { bold }: Colours): string {
  const lines = keys.map(({ key_id, from_position, to_position, revoked_from, public_key }) => [
    key_id,
    to_position === null ? 'in force' : 'former',
    from_position,
    to_position === null ? '' : to_position - 1,
    revoked_from,
    public_key,
  ]);
  const table = tableText(['key', 'state', 'from', 'to', 'revoked from', 'public key'], lines, bold);
  const follows =
    next === null ? '' : `Prepared to follow: ${escaped(next.key_id)} ${escaped(next.public_key)}\n`;
  const permits =
    keys.at(-1)?.public_key === permit_key ? '' : `Permits are signed with ${escaped(permit_key)}\n`;
  return `${table}${follows}${permits}`;
}
