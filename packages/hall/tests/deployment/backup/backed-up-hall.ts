import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupManifest, backUpFolder, DeploymentError } from '../../../src/index.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { open, scratch } from '../support.ts';

export const PASSPHRASE = 'correct horse battery staple';
export const AT = new Date().toISOString();

/** A request whose payload can be searched for in files. */
export const asking = (word: string, tenant_id = 'agent.example') => ({
  ...{
    capability_id: 'cap.hello.greet',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
  },
  ...{ tenant_id, correlation_id: 'c-1', request: { name: word } },
});

/** Opens a Hall in a folder, lets it decide about some requests, and closes it again. */
export async function recorded(dir: string, words: readonly string[], tenant_id?: string): Promise<void> {
  const { hall, close } = await open(dir, { keys: 'none' });
  for (const word of words) await hall.route(asking(word, tenant_id));
  await close();
}

const WORDS = ['ZEBRA-1', 'ZEBRA-2'];
let template: Promise<string> | null = null;

/** A Hall without workers that has decided, and a backup of it with its keys: made once, and copied. */
async function makeTemplate(): Promise<string> {
  const root = tempFolder();
  const dir = join(root, 'hall');
  mkdirSync(dir);
  writeFileSync(join(dir, 'server.json'), JSON.stringify({ origin: 'hall.example/log', port: 0 }));
  writeFileSync(join(dir, 'rules.json'), '{"rules": []}');
  writeFileSync(join(dir, 'hall.json'), '{"policy_version": "p.1"}');
  await recorded(dir, WORDS);
  await backUpFolder(dir, join(root, 'backup'), { passphrase: PASSPHRASE, at: AT });
  return root;
}

/** A folder with a Hall that has decided about two requests, a backup of it, and a place to restore it. */
export async function backedUp() {
  template ??= makeTemplate();
  const root = scratch();
  cpSync(await template, root, { recursive: true });
  const backup = join(root, 'backup');
  const manifest = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as BackupManifest;
  return { root, dir: join(root, 'hall'), backup, manifest, target: join(root, 'restored') };
}

/** The newest checkpoint of a folder, as a copy of checkpoints would have it. */
export async function checkpointOf(dir: string): Promise<string> {
  const { hall, close } = await open(dir, { keys: 'none' });
  const note = await hall.log.checkpoint();
  await close();
  return note;
}

/** The codes for which something is refused. */
export async function codesOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => null,
    (refused: unknown) => refused,
  );
  if (!(error instanceof DeploymentError)) throw error ?? new Error('It was not refused.');
  return error.findings.map(({ code }) => code);
}

/** The files below a folder that hold a text, raw. */
export function filesWith(dir: string, text: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => {
    const file = join(dir, name);
    return statSync(file).isFile() && readFileSync(file).includes(text);
  });
}

export { open };
