import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { StdioSettings } from '../../src/index.ts';

const require = createRequire(import.meta.url);

/** The program of a published server, whose package is a development dependency. */
export function programOf(name: string): string {
  return join(dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js');
}

/** How a published server is started. */
export function realServer(alias: string, name: string, more: Partial<StdioSettings> = {}): StdioSettings {
  return { alias, command: process.execPath, ...more, args: [programOf(name), ...(more.args ?? [])] };
}
