import type { MigratedStore, StoreSettings } from '@wcp/hall';
import type { Command } from 'commander';
import { CliError, usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { Progress } from '../../print/progress.ts';
import { problemsOfFolder } from '../../serve/folder-findings.ts';
import { type CommandContext, register } from '../register.ts';

interface MigrateOptions {
  readonly to: string;
  readonly urlEnv?: string;
  readonly schema?: string;
  readonly caFile?: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

/** `wcp store migrate`: the store of a Hall moves from its file into PostgreSQL, or back. */
export function addMigrate(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'migrate', {
    summary: 'Move the store of a stopped Hall from its file into PostgreSQL, or back.',
    details:
      'Every row keeps the code that vouches for it. Everything is read again and checked against the keys and the tree of the log before a Hall can open it. The store that is moved stays as it is; keys and the archive stay in the folder. Interrupted, it begins anew when it is run again.',
    example: 'wcp store migrate my-hall --to postgres --url-env WCP_DATABASE_URL --write',
    exits: '0 moved; 2 wrong usage, or refused: the Hall goes on where it was.',
  });
  command
    .argument('[dir]', 'the folder of the Hall', '.')
    .requiredOption('--to <kind>', 'postgres or sqlite')
    .option('--url-env <name>', 'the variable that holds the address (default: what server.json says)')
    .option('--schema <name>', 'the schema of the tables of this Hall (default: wcp)')
    .option('--ca-file <file>', 'certificates that may vouch for the server, relative to the folder')
    .option('--write', 'change server.json as well, once everything is there')
    .action(async (dir: string, options: MigrateOptions) => {
      const moved = await migrate(terminal, dir, options);
      terminal.write(options.json ? jsonText({ dir, ...moved }) : movedText(moved));
      exitWith(EXIT.ok);
    });
}

async function migrate(terminal: Terminal, dir: string, options: MigrateOptions): Promise<MigratedStore> {
  const { to, write: writes = false } = options;
  if (to !== 'postgres' && to !== 'sqlite') throw usageError('--to must be postgres or sqlite.');
  const database = databaseOf(options);
  const { DeploymentError, migrateStore } = await import('@wcp/hall');
  const progress = {
    copying: new Progress(terminal, 'rows copied'),
    checking: new Progress(terminal, 'rows of the copy checked'),
  };
  const report = (step: string, done: number, of: number) => {
    if (step === 'copying' || step === 'checking') progress[step].report(done, of);
  };
  try {
    return await migrateStore(dir, { to, database, writes, env: terminal.env, report });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
  }
}

function databaseOf({ urlEnv, schema, caFile }: MigrateOptions): StoreSettings['postgres'] | undefined {
  if (urlEnv !== undefined) {
    return {
      url_env: urlEnv,
      ...(schema !== undefined && { schema }),
      ...(caFile !== undefined && { ca_file: caFile }),
    };
  }
  if (schema === undefined && caFile === undefined) return undefined;
  throw usageError('--schema and --ca-file need --url-env; without it, server.json says all of it.');
}

function movedText({ to, origin, size, root, tables, store, is_written }: MigratedStore): string {
  const total = Object.values(tables).reduce((sum, each) => sum + each, 0);
  const table = rows([
    ['moved to', to === 'postgres' ? 'PostgreSQL' : 'store.db'],
    ['log', escaped(origin)],
    ['receipts', `${count(size, 'receipt')}, root ${root}`],
    ['rows', `${count(total, 'row')}; each was read again and compared`],
  ]);
  const change =
    store === null ? 'Remove "store" from server.json' : `Set "store" in server.json to ${jsonOf(store)}`;
  const next = is_written
    ? 'server.json says so. Start the Hall.\n'
    : `${change}, and start the Hall. Until then it goes on where it was.\n`;
  return table + next + (to === 'postgres' ? FILE_LEFT : SCHEMA_LEFT);
}

function jsonOf(store: StoreSettings): string {
  return escaped(JSON.stringify(store));
}

const FILE_LEFT =
  'store.db is as it was. Once the Hall works, delete it: what is forgotten from now on would stay there.\n';
const SCHEMA_LEFT =
  'The schema is as it was. Once the Hall works, drop it: what is forgotten from now on would stay there.\n';
