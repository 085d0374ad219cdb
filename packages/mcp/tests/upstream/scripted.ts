import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openUpstream, type StdioSettings, type Upstream } from '../../src/index.ts';

const SERVER = join(import.meta.dirname, '../servers/scripted.mjs');

/** A server that does what a test asks of it. */
export interface Scripted {
  readonly upstream: Upstream;
  /** Each message that it has read. */
  received(): {
    readonly id?: unknown;
    readonly method?: string;
    readonly params?: Record<string, unknown>;
  }[];
  setTools(tools: readonly unknown[]): void;
  /** Settings with which another is opened on the same tools. */
  readonly settings: StdioSettings;
}

/** A folder that is removed after the test, or after whatever else `atEnd` waits for. */
export function testFolder(atEnd: (end: () => void) => void = onTestFinished): string {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-mcp-test-'));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts the scripted server; it is closed after the test. */
export async function openScripted(
  env: Readonly<Record<string, string>> = {},
  tools: readonly unknown[] = [{ name: 'echo', inputSchema: { type: 'object' } }],
  more: Partial<StdioSettings> = {},
): Promise<Scripted> {
  const dir = testFolder();
  const [TOOLS, LOG] = [join(dir, 'tools.json'), join(dir, 'log')];
  writeFileSync(TOOLS, JSON.stringify(tools));
  writeFileSync(LOG, '');
  const settings: StdioSettings = {
    alias: 'scripted',
    command: process.execPath,
    args: [SERVER],
    env: { TOOLS, LOG, ...env },
    ...more,
  };
  const upstream = await openUpstream(settings);
  onTestFinished(() => upstream.close());
  return {
    upstream,
    settings,
    received: () =>
      readFileSync(LOG, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    setTools: (changed) => writeFileSync(TOOLS, JSON.stringify(changed)),
  };
}

/** The text of a result. */
export function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content[0]?.text ?? '';
}

/** Calls a tool of the scripted server. */
export function callTool(
  { upstream }: Pick<Scripted, 'upstream'>,
  name: string,
  args: object = {},
  call: Parameters<Upstream['request']>[2] = {},
): Promise<unknown> {
  return upstream.request('tools/call', { name, arguments: args }, call);
}

/** Resolves when something is so; a test's own time limit ends the wait. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
