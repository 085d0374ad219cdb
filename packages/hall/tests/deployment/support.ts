import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Deployment, DeploymentError, type DeploymentOptions, openDeployment } from '../../src/index.ts';

/** A new empty folder that is gone after the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-hall-folder-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A folder with files; objects are written as JSON. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const dir = scratch();
  for (const [name, content] of Object.entries(files)) write(dir, name, content);
  return dir;
}

export function write(dir: string, name: string, content: unknown): void {
  writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

export function read(dir: string, name: string): string {
  return readFileSync(join(dir, name), 'utf8');
}

/** A Hall in a folder that is closed after the test, and what it said. */
export interface Opened extends Deployment {
  readonly said: string[];
}

/** Opens a folder; nothing listens unless the options say so. */
export async function open(dir: string, options: DeploymentOptions = {}): Promise<Opened> {
  const said: string[] = [];
  const folder = await openDeployment(dir, {
    listens: false,
    port: 0,
    log: (level, message) => said.push(`${level} ${message}`),
    ...options,
  });
  onTestFinished(() => folder.close());
  return { ...folder, said };
}

/** The problems for which a folder is not opened. */
export async function findingsOf(dir: string, options: DeploymentOptions = {}) {
  return (await problemFrom(dir, options)).findings;
}

/** The error with which a folder is not opened. */
export async function problemFrom(dir: string, options: DeploymentOptions = {}): Promise<DeploymentError> {
  const error = await open(dir, options).then(
    () => null,
    (refused: unknown) => refused,
  );
  if (!(error instanceof DeploymentError)) throw error ?? new Error('The folder was opened.');
  return error;
}

export const GREETING = {
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.example',
  correlation_id: 'c-1',
  request: { name: 'Ada' },
} as const;

/** Resolves once something holds; throws after so long that no busy machine is the reason. */
export async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > end) throw new Error('It did not come about.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
