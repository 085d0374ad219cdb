import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { StdioSettings } from '../../src/index.ts';

const require = createRequire(import.meta.url);

/** The packages of published servers, which are development dependencies. */
const PACKAGES = {
  everything: require.resolve('@modelcontextprotocol/server-everything/package.json'),
  filesystem: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  memory: require.resolve('@modelcontextprotocol/server-memory/package.json'),
  thinking: require.resolve('@modelcontextprotocol/server-sequential-thinking/package.json'),
};

/** A published server. */
type RealServer = keyof typeof PACKAGES;

/** The program of a published server. */
export function programOf(name: RealServer): string {
  return join(dirname(PACKAGES[name]), 'dist/index.js');
}

/** How a published server is started. */
export function realServer(name: RealServer, more: Partial<StdioSettings> = {}): StdioSettings {
  return { alias: name, command: process.execPath, ...more, args: [programOf(name), ...(more.args ?? [])] };
}
