import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayLaunch, ImportPlan } from '@wcp/mcp';
import { CliError } from '../base/cli-error.ts';
import { OWNER_ONLY } from '../base/file-mode.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { writeWhole } from '../base/write-file.ts';
import { readText } from '../input/read-text.ts';
import { jsonText } from '../print/json.ts';
import { type ClientFile, editedText, readClientFile, textHash } from './client-file.ts';
import { readImports, writeImports } from './import-record.ts';
import { networkEnv, STDIO_RESULTS } from './server-defaults.ts';

/** What an import would do, or did. */
export interface Import {
  readonly file: string;
  readonly plan: ImportPlan;
  /** Where the client's file is kept as it was; null where nothing was written. */
  readonly backup: string | null;
}

/** Where an import goes. */
export interface ImportOptions {
  readonly file: string;
  /** The folder of the gateway. */
  readonly dir: string;
  readonly launch: GatewayLaunch;
  readonly writes: boolean;
}

const SETTINGS = 'mcp.json';

/**
 * Moves the servers of a client behind the gateway of a folder, or shows what that would change. Nothing is started.
 *
 * @throws {CliError} where a file cannot be read or written; nothing of the client's is changed then
 */
export async function importServers(terminal: Terminal, options: ImportOptions): Promise<Import> {
  const { file, dir, launch, writes } = options;
  const client = await readClientFile(terminal, file);
  // Loaded only here, so that other commands start fast.
  const { planImport } = await import('@wcp/mcp');
  const settings = await readSettings(terminal, dir);
  const plan = planImport(client.value, launch, Object.keys(settings.servers));
  await checkAdded(file, plan);
  if (!writes || plan.taken.length === 0) return { file: client.file, plan, backup: null };
  return { file: client.file, plan, backup: await write(terminal, dir, { client, settings, plan }) };
}

/** What the gateway would not accept must not leave the client. */
async function checkAdded(file: string, { added }: ImportPlan): Promise<void> {
  const { readGatewaySettings } = await import('@wcp/mcp');
  const reading = readGatewaySettings({ servers: added });
  if (reading.ok) return;
  throw new CliError(
    reading.findings.map(({ path, code, message }) => ({ ...fileProblem(file, code, message), path })),
  );
}

/** `mcp.json` as it is written, with whatever else it says. */
interface WrittenSettings {
  readonly servers: Readonly<Record<string, unknown>>;
}

async function readSettings(terminal: Terminal, dir: string): Promise<WrittenSettings> {
  const file = join(dir, SETTINGS);
  const reading = await readText(terminal, file);
  if (!reading.ok && /no such file/i.test(reading.message)) return { servers: {} };
  if (!reading.ok) throw new CliError([fileProblem(file, reading.code, reading.message)]);
  const { readGatewaySettings } = await import('@wcp/mcp');
  const { value } = await readClientFile(terminal, file);
  const checked = readGatewaySettings(value);
  if (checked.ok) return value as WrittenSettings;
  throw new CliError(
    checked.findings.map(({ path, code, message }) => ({ ...fileProblem(file, code, message), path })),
  );
}

interface Written {
  readonly client: ClientFile;
  readonly settings: WrittenSettings;
  readonly plan: ImportPlan;
}

/** First what the gateway needs, last the client's file: whatever fails before leaves the client as it was. */
async function write(terminal: Terminal, dir: string, { client, settings, plan }: Written): Promise<string> {
  const at = terminal.now();
  const backup = `${client.file}.before-wcp-${at.replaceAll(/[^0-9]/g, '')}`;
  const edited = editedText(client.text, plan.edits);
  const imports = await readImports(terminal, dir);
  await mkdir(dir, { recursive: true, mode: OWNER_ONLY.folder });
  await writeWhole(backup, client.text);
  const record = { file: client.file, backup, written: textHash(edited), added: Object.keys(plan.added), at };
  await writeImports(dir, [...imports, record]);
  const servers = { ...settings.servers, ...forClient(plan.added) };
  await writeWhole(join(dir, SETTINGS), jsonText({ ...settings, servers }), { force: true });
  await writeWhole(client.file, edited, { force: true, mode: client.mode });
  return backup;
}

/** A command that a client ran had the client's whole environment: behind a proxy, `npx` would find nothing without it. */
function forClient(added: ImportPlan['added']): Record<string, object> {
  const entries = Object.entries(added).map(([name, server]) => {
    const env = server['command'] === undefined ? {} : { env: { ...networkEnv(), ...Object(server['env']) } };
    return [name, { ...server, ...env, results: STDIO_RESULTS }];
  });
  return Object.fromEntries(entries);
}
